package io.auspex.serving;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.model.Head;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rows whose answers are known: the trainer's own predictions, written beside the model. A session
 * that does not reproduce them is not the model that was judged.
 */
final class Probe {

    /** More rows than anyone needs to tell two models apart. */
    static final int MAX_ROWS = 10_000;

    private final float[][] rows;
    private final Map<Head, double[]> expected;

    private Probe(float[][] rows, Map<Head, double[]> expected) {
        this.rows = rows;
        this.expected = expected;
    }

    /**
     * Reads {@code probe} of a training report: {@code {"features": [[..F values..], ..],
     * "outputs": {"p_up": [..], ..}}}. A feature may be null or the text {@code NaN}, {@code
     * Infinity}, {@code -Infinity}; an output may not.
     *
     * @return empty when the report has no probe
     * @throws UnusableModelException when its shape does not fit the model
     */
    static Optional<Probe> of(JsonNode report, int features, List<Head> heads)
            throws UnusableModelException {
        JsonNode probe = report.path("probe");
        JsonNode lines = probe.path("features");
        if (!lines.isArray() || lines.isEmpty()) {
            return Optional.empty();
        }
        if (lines.size() > MAX_ROWS) {
            throw new UnusableModelException(
                    "the report's probe has " + lines.size() + " rows; at most " + MAX_ROWS);
        }
        float[][] rows = new float[lines.size()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = row(lines.get(i), i, features);
        }
        Map<Head, double[]> expected = new EnumMap<>(Head.class);
        for (Head head : heads) {
            expected.put(head, outputs(probe.path("outputs").path(head.code()), head, rows.length));
        }
        return Optional.of(new Probe(rows, expected));
    }

    int size() {
        return rows.length;
    }

    /** The features of a row; not to be changed. */
    float[] row(int index) {
        return rows[index];
    }

    double expected(Head head, int index) {
        double[] values = expected.get(head);
        if (values == null) {
            throw new IllegalArgumentException("the probe says nothing of " + head.code());
        }
        return values[index];
    }

    private static float[] row(JsonNode line, int index, int features)
            throws UnusableModelException {
        if (line.size() != features) {
            throw new UnusableModelException(
                    "row %d of the report's probe has %d features, the model takes %d"
                            .formatted(index, line.size(), features));
        }
        float[] row = new float[features];
        for (int i = 0; i < features; i++) {
            row[i] = number(line.get(i), "feature " + i + " of row " + index).floatValue();
        }
        return row;
    }

    private static double[] outputs(JsonNode values, Head head, int rows)
            throws UnusableModelException {
        if (!values.isArray() || values.size() != rows) {
            throw new UnusableModelException(
                    "the report's probe has %d outputs of %s for %d rows"
                            .formatted(values.size(), head.code(), rows));
        }
        double[] outputs = new double[rows];
        for (int i = 0; i < rows; i++) {
            outputs[i] = number(values.get(i), "output " + head.code() + " of row " + i);
            if (!Double.isFinite(outputs[i])) {
                throw new UnusableModelException(
                        "output %s of row %d of the report's probe is not finite"
                                .formatted(head.code(), i));
            }
        }
        return outputs;
    }

    /** JSON has no NaN: null stands for it, and the texts that Jackson writes are understood. */
    private static Double number(JsonNode value, String what) throws UnusableModelException {
        if (value.isNumber()) {
            return value.doubleValue();
        }
        return switch (value.asText("null")) {
            case "null", "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default ->
                    throw new UnusableModelException(
                            what + " of the report's probe is not a number: " + value);
        };
    }
}
