package io.auspex.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Locale;

/**
 * The outcome of a {@link PairedLossTest}: whether a model lost less than its reference by more
 * than chance. In JSON the two cases are told apart by their names alone ({@code p_value} or {@code
 * reason}).
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
@JsonSubTypes({
    @JsonSubTypes.Type(LossTest.Tested.class),
    @JsonSubTypes.Type(LossTest.Untestable.class)
})
public sealed interface LossTest {

    /** Rows that were compared. */
    long rows();

    /** Whether the gain is proven at that chance of a false positive. */
    boolean passes(double significance);

    /** One sentence for people: the reason of a decision. */
    String describe();

    /**
     * A test that could be made.
     *
     * @param blocks contiguous blocks of time whose means were tested
     * @param meanGain mean of the blocks' loss of the reference less loss of the model, in the unit
     *     of the loss; positive when the model is better
     * @param t Student's t of the block means against zero, {@code blocks - 1} degrees of freedom
     * @param pValue one-sided: the chance of such a t, or a greater one, without any gain
     */
    record Tested(long rows, int blocks, double meanGain, double t, double pValue)
            implements LossTest {

        public Tested {
            if (!Double.isFinite(meanGain) || !Double.isFinite(t)) {
                throw new IllegalArgumentException(
                        "a loss test is finite: mean_gain " + meanGain + ", t " + t);
            }
            if (!(pValue >= 0 && pValue <= 1)) {
                throw new IllegalArgumentException("p_value must be in [0, 1]: " + pValue);
            }
        }

        @Override
        public boolean passes(double significance) {
            return pValue < significance;
        }

        @Override
        public String describe() {
            return String.format(
                    Locale.ROOT,
                    "gain %.3g a row over %d rows in %d blocks, t %.2f, p %.3g",
                    meanGain,
                    rows,
                    blocks,
                    t,
                    pValue);
        }
    }

    /**
     * There was too little to compare. Never passes: no evidence is not evidence.
     *
     * @param reason one sentence
     */
    record Untestable(long rows, String reason) implements LossTest {

        @Override
        public boolean passes(double significance) {
            return false;
        }

        @Override
        public String describe() {
            return reason;
        }
    }
}
