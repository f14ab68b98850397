package io.auspex.serving;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Failure;
import io.auspex.platform.Sha256;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;

/**
 * A version opened to be asked about the past, beside the serving ones: the same {@link
 * ServingModel} on a session of its own, which serves nobody and counts towards no slot. One owner;
 * close it.
 */
public final class PastModel implements AutoCloseable {

    /** Whoever looks back computes the features: {@link PastMarket}. */
    private static final SchemaUse COMPUTED =
            () -> {
                // Nothing is kept for it.
            };

    private final ServingModel model;
    private final JsonNode report;
    private final Timer calls;

    private PastModel(ServingModel model, JsonNode report, Timer calls) {
        this.model = model;
        this.report = report;
        this.calls = calls;
    }

    /**
     * Opens a model file.
     *
     * @param unproven as the version is served
     * @throws Failure CONFLICT {@code version-unusable} when it does not keep the contract
     */
    public static PastModel open(byte[] onnx, String name, int version, boolean unproven) {
        try {
            SimpleMeterRegistry meters = new SimpleMeterRegistry();
            Timer calls = Timer.builder("past.predict").register(meters);
            OnnxSession session = OnnxRuntime.shared().open(onnx);
            ServingModel model =
                    new ServingModel(
                            // Row by row: so whoever looks back checks what was said together.
                            new ServedVersion(
                                    name, version, Sha256.hex(onnx), unproven, 0, false, 1),
                            session,
                            COMPUTED,
                            new ModelMeters(
                                    calls,
                                    Counter.builder("past.drained").register(meters),
                                    Timer.builder("past.drain").register(meters)),
                            Runnable::run);
            boolean _ = model.tryEnter();
            return new PastModel(model, session.metadata().report(), calls);
        } catch (UnusableModelException unusable) {
            throw new Failure(
                    Failure.Category.CONFLICT,
                    "version-unusable",
                    "version %d of %s: %s".formatted(version, name, unusable.getMessage()),
                    unusable);
        }
    }

    /** To be used until this is closed. */
    public ServingModel model() {
        return model;
    }

    /** The training report in the file; an empty object when there is none. */
    public JsonNode report() {
        return report;
    }

    /** Time spent in ONNX Runtime so far, in nanoseconds. */
    public long scoringNanos() {
        return (long) calls.totalTime(TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        model.retire();
        model.leave();
    }
}
