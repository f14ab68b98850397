package io.auspex.signals;

import io.auspex.market.CloseTimes;
import io.auspex.platform.Trace;
import io.auspex.platform.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;

/**
 * How long each step of a close takes, for all its symbols together: what there is to gain, and
 * where. A step that was done while the candles were being stored counts as {@code ahead}, not as
 * itself. They are the steps of the close's trace too, if it has one. One close at a time.
 */
final class CloseSteps {

    private final Timer candles;
    private final Timer ahead;
    private final Timer features;
    private final Timer prediction;
    private final Timer decision;
    private final Timer commit;
    private final Timer publish;
    private final Traces traces;
    private Trace trace;
    private long featuresFrom;
    private long predictionFrom;
    private long predictionNanos;
    private long aheadTo;
    private long startedNanos;
    private long lapNanos;

    CloseSteps(MeterRegistry meters, Traces traces) {
        this.traces = traces;
        this.trace = traces.current();
        this.candles = timer("candles", meters);
        this.ahead = timer("ahead", meters);
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

    /** The features begin, ahead of their close or with it. */
    void begin() {
        featuresFrom = System.nanoTime();
        predictionNanos = 0;
    }

    void featuresDone() {
        predictionFrom = System.nanoTime();
    }

    /** One of the predictions between the features and the decisions. */
    void predicted(long nanos) {
        predictionNanos += nanos;
    }

    /** What the models say is decided; the rest waits until the close is stored. */
    void aheadDone() {
        aheadTo = System.nanoTime();
    }

    /** The close is stored; what was not worked out ahead of that is now. */
    void start() {
        startedNanos = System.nanoTime();
        trace = traces.current();
    }

    /**
     * Counts what was done since the candles were stored: what was done before has cost the close
     * no time.
     */
    void decisionsDone(CloseTimes times) {
        long done = System.nanoTime();
        boolean isAhead = featuresFrom < startedNanos;
        long decisionFrom = predictionFrom + predictionNanos;
        long decisionTo = isAhead ? aheadTo : done;
        // One symbol is decided before the next is predicted; a trace shows each kind in one piece.
        trace.step("features", featuresFrom, predictionFrom);
        trace.step("predict", predictionFrom, decisionFrom);
        trace.step("decide", decisionFrom, decisionTo);
        long stored = times.storedNanos();
        long rest = isAhead ? done - startedNanos : 0;
        candles.record(stored - times.arrivedNanos(), TimeUnit.NANOSECONDS);
        ahead.record(isAhead ? until(stored, featuresFrom, aheadTo) : 0, TimeUnit.NANOSECONDS);
        features.record(since(stored, featuresFrom, predictionFrom), TimeUnit.NANOSECONDS);
        prediction.record(since(stored, predictionFrom, decisionFrom), TimeUnit.NANOSECONDS);
        decision.record(since(stored, decisionFrom, decisionTo) + rest, TimeUnit.NANOSECONDS);
        lapNanos = done;
    }

    /** How much of something was done before a moment, which may be earlier than all of it. */
    private static long until(long moment, long from, long to) {
        return Math.max(0, Math.min(moment, to) - from);
    }

    /** How much of something was done after a moment. */
    private static long since(long moment, long from, long to) {
        return Math.max(0, to - Math.max(moment, from));
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
