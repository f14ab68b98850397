package io.auspex.serving;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.features.FeatureSchema;
import io.auspex.model.Head;
import io.auspex.model.MarketSpec;
import io.auspex.platform.Failure;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/**
 * A model file opened beside the serving ones, to be looked at: it serves nobody and counts towards
 * no slot. CPU work, not for an event loop. One owner; close it.
 */
public final class TrialModel implements AutoCloseable {

    private final OnnxSession session;

    private TrialModel(OnnxSession session) {
        this.session = session;
    }

    /**
     * Opens a model file.
     *
     * @throws Failure CONFLICT {@code version-unusable} when it does not keep the contract; the
     *     message says how
     */
    public static TrialModel open(byte[] onnx) {
        try {
            return new TrialModel(OnnxRuntime.shared().open(onnx));
        } catch (UnusableModelException unusable) {
            throw new Failure(
                    Failure.Category.CONFLICT, "version-unusable", reason(unusable), unusable);
        }
    }

    /** The model that it was trained for. */
    public String name() {
        return session.metadata().model();
    }

    public FeatureSchema schema() {
        return session.metadata().schema();
    }

    public MarketSpec market() {
        return session.metadata().market();
    }

    /** The training report in the file; an empty object when there is none. */
    public JsonNode report() {
        return session.metadata().report();
    }

    /** The heads it has, in the order of every output array. */
    public List<Head> heads() {
        return session.heads();
    }

    /**
     * Scores {@code n} rows.
     *
     * @param rows {@code n * F} floats from its position on; the position is left as it is
     * @param headsOut receives {@code [head][row]}, in the order of {@link #heads}
     */
    public void run(FloatBuffer rows, int n, float[][] headsOut) {
        session.run(rows, n, headsOut);
    }

    /**
     * Compares with the trainer's answers to the probe rows of a report.
     *
     * @return what is wrong, in one clause; empty when nothing is
     */
    public Optional<String> selfTest(JsonNode report) {
        try {
            Optional<Probe> probe = Probe.of(report, schema().size(), heads());
            if (probe.isEmpty()) {
                return Optional.of("self-test: the report has no probe rows");
            }
            SelfTest.run(session, probe.get());
            return Optional.empty();
        } catch (UnusableModelException unusable) {
            return Optional.of(reason(unusable));
        }
    }

    @Override
    public void close() {
        session.close();
    }

    private static String reason(UnusableModelException unusable) {
        return String.valueOf(unusable.getMessage());
    }
}
