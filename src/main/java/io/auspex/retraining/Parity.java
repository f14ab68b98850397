package io.auspex.retraining;

import io.auspex.dataset.JobFolder;
import io.auspex.dataset.NpyReader;
import io.auspex.model.Head;
import io.auspex.retraining.GateCase.Check;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * Whether the exported graph gives the trainer's own predictions, on the rows that the worker chose
 * for it. A probability may be off by {@value #PROBABILITY}, a return by {@value #RETURN} of
 * itself: what float32 sums cost.
 */
final class Parity {

    static final double PROBABILITY = 1e-6;
    static final double RETURN = 1e-5;

    /** Smaller returns are compared as if they were this large: cancelled sums have no digits. */
    private static final double SMALLEST_RETURN = 1e-3;

    private Parity() {}

    /**
     * @param features F
     */
    static Check check(JobFolder folder, int features, Scorer candidate) throws IOException {
        float[] rows = NpyReader.floats(folder.parityFeatures());
        double[] expected = NpyReader.doubles(folder.parityExpected());
        List<Head> heads = candidate.heads().getFirst().kind().heads();
        int width = heads.size();
        int n = rows.length / features;
        if (n == 0 || n * features != rows.length || expected.length != n * width) {
            return new Check.Broken(
                    "parity: %d values of rows and %d of answers do not fit %d features"
                            .formatted(rows.length, expected.length, features));
        }
        float[] answers = Scorer.score(candidate, rows, n);
        for (int i = 0; i < expected.length; i++) {
            Head head = heads.get(i % width);
            // Negated, so that NaN fails.
            if (!(Math.abs(answers[i] - expected[i]) <= tolerance(head, expected[i]))) {
                return new Check.Broken(
                        String.format(
                                Locale.ROOT,
                                "parity: %s of row %d is %s in the ONNX graph, the trainer's own"
                                        + " prediction is %s",
                                head.code(),
                                i / width,
                                answers[i],
                                expected[i]));
            }
        }
        return new Check.Passed();
    }

    private static double tolerance(Head head, double expected) {
        return head.isProbability()
                ? PROBABILITY
                : RETURN * Math.max(Math.abs(expected), SMALLEST_RETURN);
    }
}
