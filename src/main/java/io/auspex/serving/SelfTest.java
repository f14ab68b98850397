package io.auspex.serving;

import io.auspex.model.Head;
import io.auspex.platform.WorkInPieces;

/**
 * Whether a session says of the probe rows what the trainer said of them. Tolerances are those of
 * the export: float32 sums of trees against double ones.
 */
final class SelfTest {

    /** Largest difference of a probability. */
    static final double PROBABILITY_TOLERANCE = 1e-6;

    /** Largest difference of a return, relative to the return. */
    static final double RETURN_TOLERANCE = 1e-5;

    /**
     * A return nearer to zero than a tenth of a percent is compared as if it were that large: sums
     * that cancel out have no relative precision.
     */
    static final double SMALLEST_RETURN = 1e-3;

    private SelfTest() {}

    /** Compares every head of every row. */
    static void run(OnnxSession session, Probe probe) throws UnusableModelException {
        WorkInPieces pieces = new WorkInPieces();
        float[] answers = new float[session.heads().size()];
        for (int row = 0; row < probe.size(); row++) {
            session.run(probe.row(row), answers);
            pieces.giveWay();
            for (int i = 0; i < answers.length; i++) {
                Head head = session.heads().get(i);
                compare(head, row, probe.expected(head, row), answers[i]);
            }
        }
    }

    private static void compare(Head head, int row, double expected, float answer)
            throws UnusableModelException {
        if (head.isProbability() && !(answer >= 0 && answer <= 1)) {
            throw new UnusableModelException(
                    "self-test: %s of probe row %d is no probability: %s"
                            .formatted(head.code(), row, answer));
        }
        double tolerance =
                head.isProbability()
                        ? PROBABILITY_TOLERANCE
                        : RETURN_TOLERANCE * Math.max(Math.abs(expected), SMALLEST_RETURN);
        // Negated, so that NaN fails.
        if (!(Math.abs(answer - expected) <= tolerance)) {
            throw new UnusableModelException(
                    "self-test: %s of probe row %d is %s, its trainer said %s"
                            .formatted(head.code(), row, answer, expected));
        }
    }
}
