package io.auspex.serving;

import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.serving.ServingMetrics.Outcome;
import org.jboss.logging.Logger;

/**
 * The steps of a swap that do not ask who is to be champion: from a version's number to a candidate
 * that has been tested, and its publication. For the virtual thread of a swap; what computes, runs
 * on the {@link ModelWorkers}. Every step is timed.
 */
final class SwapSteps {

    private static final Logger LOG = Logger.getLogger(SwapSteps.class);

    private final ModelRegistry registry;
    private final LiveFeatures features;
    private final ServingConfig config;
    private final ServingMetrics metrics;
    private final OnnxRuntime runtime;
    private final ModelWorkers workers;
    private final MemoryHeadroom memory;
    private final boolean demonstration;
    private final int togetherRows;
    private final ParityMemory parity = new ParityMemory();

    /**
     * @param demonstration every answer is marked as unproven
     */
    SwapSteps(
            ModelRegistry registry,
            LiveFeatures features,
            ServingConfig config,
            ServingMetrics metrics,
            OnnxRuntime runtime,
            ModelWorkers workers,
            MemoryHeadroom memory,
            boolean demonstration) {
        this.registry = registry;
        this.features = features;
        this.config = config;
        this.metrics = metrics;
        this.runtime = runtime;
        this.workers = workers;
        this.memory = memory;
        this.demonstration = demonstration;
        this.togetherRows = config.togetherRows();
        if (togetherRows < 1 || togetherRows > OnnxSession.TOGETHER_ROWS) {
            throw new IllegalArgumentException(
                    "auspex.serving.together-rows must be from 1 to %d, not %d"
                            .formatted(OnnxSession.TOGETHER_ROWS, togetherRows));
        }
    }

    /**
     * A candidate beside what serves: fetch, admit, load, warm up, self-test, features. Not
     * published, it gives its place back when it is closed.
     *
     * @param slot where it is to serve: the champion's or the shadow's
     * @throws UnusableModelException when the version itself is why it cannot serve
     */
    Candidate prepare(ServedModel served, ModelSlot slot, ModelVersion version)
            throws UnusableModelException {
        String name = served.name();
        byte[] onnx =
                metrics.step(name, Step.FETCH, () -> Await.item(() -> registry.artefact(version)));
        if (served.slot().serving().isPresent()) {
            // One more beside it. The first of a model has nothing to be kept safe from it.
            memory.require("version " + version.version() + " of " + name, onnx.length);
        }
        // There are two places, and a swap needs both.
        served.shadow().clear();
        metrics.step(name, Step.ADMIT, () -> admit(served));
        metrics.resident(name, "before", memory.residentBytes());
        Candidate candidate = tested(slot, version, onnx);
        boolean prepared = false;
        try {
            candidate.features(
                    metrics.step(
                            name, Step.FEATURES, () -> features(version, candidate.metadata())));
            prepared = true;
            return candidate;
        } finally {
            if (!prepared) {
                candidate.close();
            }
        }
    }

    /**
     * A file of somebody else's may take features that only he can compute: the inspection at its
     * upload has said so. It answers those who bring them.
     */
    private SchemaUse features(ModelVersion version, ModelMetadata metadata)
            throws UnusableModelException {
        boolean live = version.report().path("inspection").path("live").asBoolean(true);
        return live ? features.prepare(metadata.liveSchema(), metadata.market()) : SchemaUse.NONE;
    }

    /** A candidate in an admitted place of a slot: load, warm up, self-test. */
    Candidate tested(ModelSlot slot, ModelVersion version, byte[] onnx)
            throws UnusableModelException {
        try {
            return workers.load(() -> loadAndTest(slot, version, onnx));
        } catch (Failure failure) {
            if (failure.slug().equals(ModelWorkers.BUSY)) {
                slot.dismiss();
            }
            throw failure;
        }
    }

    private Candidate loadAndTest(ModelSlot slot, ModelVersion version, byte[] onnx)
            throws UnusableModelException {
        String name = version.model();
        Candidate candidate =
                metrics.step(name, Step.LOAD, () -> Candidate.load(slot, runtime, onnx));
        boolean tested = false;
        try {
            candidate.require(name, version.schema());
            metrics.step(
                    name,
                    Step.WARM_UP,
                    () -> {
                        candidate.warmUp(config.warmUpRuns());
                        return true;
                    });
            metrics.step(
                    name,
                    Step.SELF_TEST,
                    () -> {
                        candidate.selfTest(version.report(), togetherRows, parity);
                        return true;
                    });
            tested = true;
            return candidate;
        } finally {
            if (!tested) {
                candidate.close();
            }
        }
    }

    /** Everybody is answered by it from now on. */
    void publish(ServedModel served, Candidate candidate, ModelVersion version, boolean unproven) {
        served.slot()
                .serving()
                .ifPresent(old ->
                        old.afterClose(() ->
                                metrics.resident(served.name(), "after", memory.residentBytes())));
        metrics.step(
                served.name(),
                Step.PUBLISH,
                () -> {
                    candidate.publish(
                            version, unproven || demonstration, metrics.of(served.name()));
                    return true;
                });
        served.untroubled();
        metrics.swapped(served.name(), Outcome.PUBLISHED);
        LOG.infof(
                "%s version %d serves; the rows of a close are scored %s",
                served.name(),
                version.version(),
                candidate.rowsTogether() ? "together" : "one by one");
    }

    private boolean admit(ServedModel served) {
        try {
            if (served.slot().admit(config.drainTimeout())) {
                return true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while an old version drained", e);
        }
        throw new Failure(
                Failure.Category.CONFLICT,
                "swap-draining",
                "readers of an old version of %s have not left within %s"
                        .formatted(served.name(), config.drainTimeout()));
    }
}
