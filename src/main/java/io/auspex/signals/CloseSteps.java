package io.auspex.signals;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;

/**
 * How long each step of a close takes, for all its symbols together: what there is to gain, and
 * where. One close at a time.
 */
final class CloseSteps {

    private final Timer features;
    private final Timer prediction;
    private final Timer decision;
    private final Timer commit;
    private final Timer publish;
    private long lapNanos;
    private long predictionNanos;

    CloseSteps(MeterRegistry meters) {
        this.features = timer("features", meters);
        this.prediction = timer("prediction", meters);
        this.decision = timer("decision", meters);
        this.commit = timer("commit", meters);
        this.publish = timer("publish", meters);
    }

    /** Of which nobody hears. */
    static CloseSteps untimed() {
        return new CloseSteps(new SimpleMeterRegistry());
    }

    void start(long nanos) {
        lapNanos = nanos;
        predictionNanos = 0;
    }

    void featuresDone() {
        features.record(lap(), TimeUnit.NANOSECONDS);
    }

    /** One of the predictions between the features and the decisions. */
    void predicted(long nanos) {
        predictionNanos += nanos;
    }

    void decisionsDone() {
        prediction.record(predictionNanos, TimeUnit.NANOSECONDS);
        decision.record(lap() - predictionNanos, TimeUnit.NANOSECONDS);
    }

    void commitDone() {
        commit.record(lap(), TimeUnit.NANOSECONDS);
    }

    void publicationDone() {
        publish.record(lap(), TimeUnit.NANOSECONDS);
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
