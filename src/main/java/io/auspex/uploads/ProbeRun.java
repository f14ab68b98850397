package io.auspex.uploads;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.model.Head;
import io.auspex.platform.Json;
import io.auspex.serving.TrialModel;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;

/**
 * Runs a model with every number of rows that serving gives it in one call, on rows that anyone can
 * make again. What a checked graph costs depends on nothing else, so what is measured here is what
 * it can cost.
 */
final class ProbeRun {

    /** Rows whose answers go into the report. */
    static final int PROBE_ROWS = 32;

    /** Serving cuts larger batches: at most so many rows, and so many values, in a call. */
    private static final int MAX_ROWS = 256;

    private static final int MAX_VALUES = 256 * 1024;

    private static final long SEED = 20_240_229;
    private static final int TIMED_RUNS = 200;

    /** Relative; of values below a tenth, absolute. */
    private static final double SAME = 1e-5;

    private static final double SMALL = 0.1;

    private final TrialModel model;
    private final int width;
    private final List<Head> heads;
    private final float[][] rows;
    private final float[][] alone;

    private ProbeRun(TrialModel model) {
        this.model = model;
        this.width = model.schema().size();
        this.heads = model.heads();
        this.rows = rows(Math.clamp(MAX_VALUES / width, PROBE_ROWS, MAX_ROWS), width);
        this.alone = new float[rows.length][];
    }

    /**
     * What was found.
     *
     * @param probe {@code features} and {@code outputs}, as a report has them
     * @param missingValues a row of nothing but missing values has finite answers
     * @param runBytes the most memory that runs needed beside the model; empty where the system
     *     does not tell
     */
    record Findings(
            ObjectNode probe,
            double rowMicros,
            double batchRowMicros,
            int largestBatch,
            boolean missingValues,
            OptionalLong runBytes) {}

    /**
     * @param runMemoryBytes what the runs may need beside the model
     */
    static Findings of(TrialModel model, long runMemoryBytes) throws RefusedModelException {
        return new ProbeRun(model).run(runMemoryBytes);
    }

    private Findings run(long runMemoryBytes) throws RefusedModelException {
        ProcessMemory.forgetPeak();
        OptionalLong before = ProcessMemory.resident(ProcessHandle.current().pid());
        for (int row = 0; row < rows.length; row++) {
            alone[row] = answers(rows[row]);
            requirePlausible(row);
        }
        long batchNanos = 0;
        for (int n = 2; n <= rows.length; n++) {
            batchNanos = batch(n);
            requireMemory(before, runMemoryBytes);
        }
        double rowMicros = rowMicros();
        float[] missing = new float[width];
        Arrays.fill(missing, Float.NaN);
        return new Findings(
                probe(),
                rowMicros,
                batchNanos / 1e3 / rows.length,
                rows.length,
                finite(answers(missing)),
                needed(before));
    }

    private long batch(int n) throws RefusedModelException {
        FloatBuffer flat = FloatBuffer.allocate(n * width);
        for (int row = 0; row < n; row++) {
            flat.put(rows[row]);
        }
        float[][] together = new float[heads.size()][n];
        long start = System.nanoTime();
        model.run(flat.flip(), n, together);
        long nanos = System.nanoTime() - start;
        for (int head = 0; head < heads.size(); head++) {
            for (int row = 0; row < n; row++) {
                requireSame(head, row, n, together[head][row]);
            }
        }
        return nanos;
    }

    private void requireSame(int head, int row, int n, float together)
            throws RefusedModelException {
        double expected = alone[row][head];
        double tolerance = SAME * Math.max(SMALL, Math.abs(expected));
        // Negated, so that NaN fails.
        if (!(Math.abs(together - expected) <= tolerance)) {
            throw RefusedModelException.file(
                    "%s of a row is %s when it is alone and %s among %d rows: rows must not depend on each other"
                            .formatted(heads.get(head).code(), alone[row][head], together, n));
        }
    }

    private void requirePlausible(int row) throws RefusedModelException {
        for (int head = 0; head < heads.size(); head++) {
            float answer = alone[row][head];
            String name = heads.get(head).code();
            if (!Float.isFinite(answer)) {
                throw RefusedModelException.file(
                        "%s of the probe row %s is %s"
                                .formatted(name, Arrays.toString(excerpt(row)), answer));
            }
            if (heads.get(head).isProbability() && !(answer >= 0 && answer <= 1)) {
                throw RefusedModelException.file(
                        "%s is no probability: %s for a probe row; map it to the output that is one"
                                .formatted(name, answer));
            }
        }
    }

    private void requireMemory(OptionalLong before, long limit) throws RefusedModelException {
        OptionalLong needed = needed(before);
        if (needed.isPresent() && needed.getAsLong() > limit) {
            throw RefusedModelException.file(
                    "scoring a batch needs %d MB beside the model; at most %d MB"
                            .formatted(needed.getAsLong() >> 20, limit >> 20));
        }
    }

    private static OptionalLong needed(OptionalLong before) {
        OptionalLong peak = ProcessMemory.peak();
        return before.isPresent() && peak.isPresent()
                ? OptionalLong.of(Math.max(0, peak.getAsLong() - before.getAsLong()))
                : OptionalLong.empty();
    }

    private double rowMicros() {
        long[] nanos = new long[TIMED_RUNS];
        long until = System.nanoTime() + 1_000_000_000L;
        int made = 0;
        while (made < TIMED_RUNS && System.nanoTime() < until) {
            long start = System.nanoTime();
            answers(rows[made % rows.length]);
            nanos[made++] = System.nanoTime() - start;
        }
        Arrays.sort(nanos, 0, made);
        return made == 0 ? Double.NaN : nanos[made / 2] / 1e3;
    }

    private float[] answers(float[] row) {
        float[][] out = new float[heads.size()][1];
        model.run(FloatBuffer.wrap(row), 1, out);
        float[] answers = new float[heads.size()];
        for (int head = 0; head < answers.length; head++) {
            answers[head] = out[head][0];
        }
        return answers;
    }

    private ObjectNode probe() {
        ObjectNode probe = Json.mapper().createObjectNode();
        ArrayNode features = probe.putArray("features");
        ObjectNode outputs = probe.putObject("outputs");
        heads.forEach(head -> outputs.putArray(head.code()));
        for (int row = 0; row < PROBE_ROWS; row++) {
            ArrayNode values = features.addArray();
            for (float value : rows[row]) {
                values.add(value);
            }
            for (int head = 0; head < heads.size(); head++) {
                outputs.withArray(heads.get(head).code()).add(alone[row][head]);
            }
        }
        return probe;
    }

    private float[] excerpt(int row) {
        return Arrays.copyOf(rows[row], Math.min(width, 8));
    }

    private static boolean finite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    /** Nothing is known of the features' scales: zeros, shares, standard and wider normal rows. */
    private static float[][] rows(int count, int width) {
        Random random = new Random(SEED);
        float[][] rows = new float[count][width];
        for (int row = 1; row < count; row++) {
            for (int i = 0; i < width; i++) {
                rows[row][i] =
                        switch (row % 4) {
                            case 0 -> random.nextFloat();
                            case 1 -> (float) (10 * random.nextGaussian());
                            default -> (float) random.nextGaussian();
                        };
            }
        }
        return rows;
    }
}
