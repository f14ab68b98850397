package io.auspex.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;

/**
 * How good one head was on rows it had not seen. A measure that does not exist on these rows (the
 * AUC of a single class, the mean of no row) is absent: {@code null} here and in JSON, never NaN.
 *
 * <p>In JSON the two cases are told apart by their names alone.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
@JsonSubTypes({
    @JsonSubTypes.Type(HeadMetrics.Probability.class),
    @JsonSubTypes.Type(HeadMetrics.Return.class)
})
public sealed interface HeadMetrics {

    /** Rows with a label, over which everything else was measured. */
    long rows();

    /**
     * Measures of a probability head. The reference ("base") predicts, in each fold, the share of
     * positives among that fold's training rows: all that was known without a model.
     *
     * @param baseRate share of positives among the measured rows
     * @param logLoss mean, in nats; probabilities are clipped as in {@link Measures#logLoss}
     * @param baseLogLoss mean log loss of the reference on the same rows
     * @param brier mean squared difference of probability and outcome
     * @param auc chance that a positive row has the higher probability, ties counting half
     * @param calibrationError expected calibration error as in {@link Measures#calibrationError}
     */
    record Probability(
            long rows,
            @Nullable Double baseRate,
            @Nullable Double logLoss,
            @Nullable Double baseLogLoss,
            @Nullable Double brier,
            @Nullable Double auc,
            @Nullable Double calibrationError)
            implements HeadMetrics {

        public Probability {
            baseRate = finiteOrNull(baseRate);
            logLoss = finiteOrNull(logLoss);
            baseLogLoss = finiteOrNull(baseLogLoss);
            brier = finiteOrNull(brier);
            auc = finiteOrNull(auc);
            calibrationError = finiteOrNull(calibrationError);
        }
    }

    /**
     * Measures of the expected return. The reference predicts the mean return of the fold's
     * training rows.
     *
     * @param rankIc information coefficient as in {@link Measures#rankIc}
     * @param mse mean squared error, in squared fractions
     * @param baseMse mean squared error of the reference on the same rows
     */
    record Return(
            long rows, @Nullable Double rankIc, @Nullable Double mse, @Nullable Double baseMse)
            implements HeadMetrics {

        public Return {
            rankIc = finiteOrNull(rankIc);
            mse = finiteOrNull(mse);
            baseMse = finiteOrNull(baseMse);
        }
    }

    private static @Nullable Double finiteOrNull(@Nullable Double measure) {
        return measure == null || !Double.isFinite(measure) ? null : measure;
    }
}
