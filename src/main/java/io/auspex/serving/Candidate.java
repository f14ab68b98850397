package io.auspex.serving;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.features.FeatureSchema;
import io.auspex.platform.Sha256;
import io.auspex.platform.WorkInPieces;
import io.auspex.registry.ModelVersion;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A session on its way to serve: loaded, warmed up, tested, then published. Closing it unpublished
 * rolls back: its session and its place are free again and nobody has seen it. One thread at a
 * time.
 */
final class Candidate implements AutoCloseable {

    /** The warm-up of a slow model ends after this long, however few runs it has made. */
    private static final long MAX_WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final int ROUND = 50;
    private static final double CHEAPER = 0.95;

    private final ModelSlot slot;
    private final OnnxSession session;
    private final String sha256;
    private SchemaUse features = SchemaUse.NONE;
    private long rowNanos;
    private boolean rowsTogether;
    private int requestRows = 1;
    private boolean done;

    private Candidate(ModelSlot slot, OnnxSession session, String sha256) {
        this.slot = slot;
        this.session = session;
        this.sha256 = sha256;
    }

    /**
     * Opens the bytes in a place that the slot has admitted; when they cannot serve, the place is
     * given back.
     */
    static Candidate load(ModelSlot slot, OnnxRuntime runtime, byte[] onnx)
            throws UnusableModelException {
        boolean loaded = false;
        try {
            Candidate candidate = new Candidate(slot, runtime.open(onnx), Sha256.hex(onnx));
            loaded = true;
            return candidate;
        } finally {
            if (!loaded) {
                slot.dismiss();
            }
        }
    }

    ModelMetadata metadata() {
        return session.metadata();
    }

    /** Whether the graph is what the registry says it is. */
    void require(String model, FeatureSchema schema) throws UnusableModelException {
        if (!metadata().model().equals(model)) {
            throw new UnusableModelException(
                    "the graph says that it is model '%s', not '%s'"
                            .formatted(metadata().model(), model));
        }
        if (!metadata().schema().equals(schema)) {
            throw new UnusableModelException(
                    "the graph has the schema %s, its version %s"
                            .formatted(metadata().schema().hash(), schema.hash()));
        }
    }

    /**
     * Runs until rows get no cheaper: until the median of a round is not {@value #CHEAPER} of that
     * of the round before. Keeps the last median as the cost of one row.
     *
     * @param most runs in all
     */
    void warmUp(int most) {
        WorkInPieces pieces = new WorkInPieces();
        float[] row = new float[metadata().schema().size()];
        float[] answers = new float[session.heads().size()];
        long end = System.nanoTime() + MAX_WARM_UP_NANOS;
        long before = Long.MAX_VALUE;
        int made = 0;
        while (made < most && System.nanoTime() < end) {
            long[] nanos = new long[Math.min(ROUND, most - made)];
            int done = 0;
            do {
                long start = System.nanoTime();
                session.run(row, answers);
                nanos[done++] = System.nanoTime() - start;
                pieces.giveWay();
            } while (done < nanos.length && System.nanoTime() < end);
            made += done;
            Arrays.sort(nanos, 0, done);
            rowNanos = nanos[done / 2];
            if (rowNanos > CHEAPER * before) {
                break;
            }
            before = rowNanos;
        }
    }

    /**
     * Compares with the trainer's own answers: the probe of the report, or else that of the graph.
     * Then tries whether rows give the same bits together, unless that has been seen before.
     *
     * @param togetherRows most rows of concurrent requests that are to be scored in one run
     */
    void selfTest(JsonNode report, int togetherRows, ParityMemory seen)
            throws UnusableModelException {
        Optional<Probe> probe = probe(report);
        if (probe.isEmpty()) {
            probe = probe(metadata().report());
        }
        Probe known =
                probe.orElseThrow(() ->
                        new UnusableModelException(
                                "self-test: neither the report nor the graph has probe rows"));
        SelfTest.run(session, known);
        if (seen.holds(sha256, togetherRows)) {
            rowsTogether = true;
            requestRows = togetherRows;
            return;
        }
        RowParity parity = new RowParity(session, known);
        rowsTogether = RowParity.isWorthTrying(rowNanos) && parity.holds();
        if (rowsTogether && parity.holdsUpTo(togetherRows)) {
            requestRows = togetherRows;
            seen.held(sha256, togetherRows);
        }
    }

    /** Whether the rows of a close are scored together. */
    boolean rowsTogether() {
        return rowsTogether;
    }

    /** Takes over the use of its schema's live vectors. */
    void features(SchemaUse use) {
        features.close();
        features = use;
    }

    /** Serves it from now on, as that version. */
    void publish(ModelVersion version, boolean unproven, ModelMeters meters) {
        ServedVersion identity =
                new ServedVersion(
                        version.model(),
                        version.version(),
                        version.sha256(),
                        unproven,
                        rowNanos,
                        rowsTogether,
                        requestRows);
        ServingModel model = new ServingModel(identity, session, features, meters, slot::close);
        done = true;
        slot.publish(model);
    }

    @Override
    public void close() {
        if (!done) {
            done = true;
            features.close();
            slot.close(session::close);
        }
    }

    private Optional<Probe> probe(JsonNode report) throws UnusableModelException {
        return Probe.of(report, metadata().schema().size(), session.heads());
    }
}
