package io.auspex.bench;

import io.auspex.platform.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/**
 * The load generator of {@code ./auspex bench serving}, told what to do, and what the service has
 * answered to it so far.
 */
final class ServingLoad implements AutoCloseable {

    private static final double OPEN_RAMP_SECONDS = 1;

    private final ServingPlan plan;
    private final BenchRequests requests;
    private final PrintStream progress;
    private final LineProcess generator;
    private long served;
    private long failed;
    private long seed = 1;

    private ServingLoad(
            ServingPlan plan, BenchRequests requests, PrintStream progress, LineProcess generator) {
        this.plan = plan;
        this.requests = requests;
        this.progress = progress;
        this.generator = generator;
    }

    static ServingLoad start(
            ServingPlan plan, BenchRequests requests, PrintStream progress, Processors processors)
            throws IOException {
        return new ServingLoad(
                plan,
                requests,
                progress,
                LineProcess.start(LoadGenerator.class, processors.load()));
    }

    BenchRequests requests() {
        return requests;
    }

    /** Of the generator's process. */
    long pid() {
        return generator.pid();
    }

    /** Answers of the service, never of a baseline. */
    long served() {
        return served;
    }

    /** Requests to the service without one. */
    long failed() {
        return failed;
    }

    /** Every connection sends as soon as it has its answer, to the service. */
    LoadResult saturate(String what, int port, Path asked, double seconds) throws IOException {
        LoadResult result = closed(port, asked, seconds);
        count(what, result);
        return result;
    }

    /** The same, over the processor time that the service took for it. */
    ThroughputRun measure(String what, ServiceUnderTest service, Path asked) throws IOException {
        long before = Processors.ofProcess(service.pid());
        LoadResult result = saturate(what, service.port(), asked, plan.seconds());
        double seconds = (Processors.ofProcess(service.pid()) - before) / Usage.TICKS_PER_SECOND;
        return new ThroughputRun(result, result.answered() / seconds);
    }

    /** The same to a baseline, which has to answer everything. */
    LoadResult saturateBaseline(String what, int port, Path asked, double seconds)
            throws IOException {
        LoadResult result = closed(port, asked, seconds);
        if (result.failures() > 0) {
            throw new IOException(what + " fails: " + result.firstFailure());
        }
        return result;
    }

    /** A moment of one connection, not counted: what the service says to such requests. */
    LoadResult look(int port, Path asked) throws IOException {
        return run(new LoadJob(port, asked.toString(), 1, 0, 0.2, 0, seed++, List.of()));
    }

    /**
     * JSON predictions at a rate that does not depend on the answers.
     *
     * @param threads by which to see who else has the server's processor, as {@link OthersTurns}
     *     wants them
     */
    LoadResult open(String what, int port, double seconds, double rate, List<String> threads)
            throws IOException {
        LoadResult result =
                run(
                        new LoadJob(
                                port,
                                requests.json().toString(),
                                plan.connections(),
                                OPEN_RAMP_SECONDS,
                                seconds,
                                rate,
                                seed++,
                                threads));
        count(what, result);
        return result;
    }

    /** Until an open loop counts. */
    static long rampMillis() {
        return (long) (OPEN_RAMP_SECONDS * 1e3);
    }

    /** Ends what runs now, early. */
    void stop() throws IOException {
        generator.say(LoadGenerator.STOP);
    }

    @Override
    public void close() {
        generator.close();
    }

    private LoadResult closed(int port, Path asked, double seconds) throws IOException {
        return run(
                new LoadJob(
                        port,
                        asked.toString(),
                        plan.connections(),
                        ServingPlan.RAMP_SECONDS,
                        seconds,
                        0,
                        seed++,
                        List.of()));
    }

    private LoadResult run(LoadJob job) throws IOException {
        generator.say(Json.mapper().writeValueAsString(job));
        return Json.mapper().readValue(generator.line(), LoadResult.class);
    }

    private void count(String what, LoadResult result) {
        served += result.requests();
        failed += result.failures();
        if (result.failures() > 0) {
            progress.println(
                    what + ": " + result.failures() + " failed, first: " + result.firstFailure());
        }
    }
}
