package io.auspex.signals;

import io.auspex.platform.Trace;
import io.auspex.platform.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;

/**
 * How long each step of a close takes, for all its symbols together: what there is to gain, and
 * where. They are the steps of the close's trace too, if it has one. One close at a time.
 */
final class CloseSteps {

    private final Timer features;
    private final Timer prediction;
    private final Timer decision;
    private final Timer commit;
    private final Timer publish;
    private final Traces traces;
    private Trace trace;
    private long lapNanos;
    private long predictionNanos;

    CloseSteps(MeterRegistry meters, Traces traces) {
        this.traces = traces;
        this.trace = traces.current();
        this.features = timer("features", meters);
        this.prediction = timer("prediction", meters);
        this.decision = timer("decision", meters);
        this.commit = timer("commit", meters);
        this.publish = timer("publish", meters);
    }

    /** Of which nobody hears. */
    static CloseSteps untimed() {
        return new CloseSteps(new SimpleMeterRegistry(), Traces.off());
    }

    void start(long nanos) {
        lapNanos = nanos;
        predictionNanos = 0;
        trace = traces.current();
    }

    void featuresDone() {
        features.record(lap("features"), TimeUnit.NANOSECONDS);
    }

    /** One of the predictions between the features and the decisions. */
    void predicted(long nanos) {
        predictionNanos += nanos;
    }

    void decisionsDone() {
        prediction.record(predictionNanos, TimeUnit.NANOSECONDS);
        long from = lapNanos;
        long lap = lap();
        // One symbol is decided before the next is predicted; a trace shows each kind in one piece.
        trace.step("predict", from, from + predictionNanos);
        trace.step("decide", from + predictionNanos, lapNanos);
        decision.record(lap - predictionNanos, TimeUnit.NANOSECONDS);
    }

    void commitDone() {
        commit.record(lap("commit"), TimeUnit.NANOSECONDS);
    }

    void publicationDone() {
        publish.record(lap("publish"), TimeUnit.NANOSECONDS);
    }

    /** The database is away; what there is has been published as provisional. */
    void spooled() {
        lap("spool");
    }

    /** What became of them. */
    void stored(int signals, long lastSeq) {
        trace.with("signals", signals).with("seq", lastSeq);
    }

    private long lap(String step) {
        long from = lapNanos;
        long lap = lap();
        trace.step(step, from, lapNanos);
        return lap;
    }

    private long lap() {
        long now = System.nanoTime();
        long lap = now - lapNanos;
        lapNanos = now;
        return lap;
    }

    private static Timer timer(String step, MeterRegistry meters) {
        return Timer.builder("auspex.candle.to.signal.step")
                .description("One step from a complete close to its published signals")
                .tag("step", step)
                .register(meters);
    }
}
