package io.auspex.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a model's out-of-sample answers were worth beyond their losses: whether its probabilities
 * mean what they say, and what trading by them would have brought.
 *
 * @param reliability of each head that is a probability
 * @param trading null when there were too few periods
 */
public record Quality(Map<Head, Reliability> reliability, @Nullable Trading trading) {

    public Quality {
        Map<Head, Reliability> ordered = new EnumMap<>(Head.class);
        ordered.putAll(reliability);
        reliability = Collections.unmodifiableMap(ordered);
    }

    /** The same with the deflated ratio, which only whoever knows all trials can tell. */
    public Quality deflated(Deflated deflated) {
        return trading == null
                ? this
                : new Quality(
                        reliability,
                        new Trading(
                                trading.rule(),
                                trading.trades(),
                                trading.meanReturn(),
                                trading.sharpe(),
                                trading.annualisedSharpe(),
                                deflated));
    }

    /**
     * Forecast against outcome.
     *
     * @param calibrationError expected calibration error over the bins, as in {@link
     *     Measures#calibrationError}
     * @param bins ten of equal mass, as in {@link Measures#reliability}
     */
    public record Reliability(double calibrationError, List<Measures.ReliabilityBin> bins) {

        public Reliability {
            bins = List.copyOf(bins);
        }
    }

    /**
     * Trading by the {@link TradingRule}.
     *
     * @param rule one sentence: how returns were made
     * @param trades positions taken
     * @param meanReturn of a period, after fees, as a fraction
     * @param sharpe of a period
     * @param annualisedSharpe times the square root of the periods in 365.25 days
     * @param deflated null until the service has counted the trials
     */
    public record Trading(
            String rule,
            long trades,
            double meanReturn,
            SharpeRatio sharpe,
            double annualisedSharpe,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Deflated deflated) {}

    /**
     * The Sharpe ratio in the light of how often somebody has tried.
     *
     * @param trials versions of the model ever trained, this one included
     * @param variance of the trials' ratios, per period
     * @param threshold the ratio that the best of so many trials without skill is expected to have
     * @param probability that the true ratio is above the threshold; null when it cannot be told
     */
    public record Deflated(
            long trials, double variance, double threshold, @Nullable Double probability) {

        /** With fewer known ratios their variance says nothing; the sampling variance stands in. */
        public static final int MIN_KNOWN = 5;

        /**
         * Deflates a ratio.
         *
         * @param trials versions ever trained, this one included
         * @param earlier the ratios known of earlier ones
         */
        public static Deflated of(SharpeRatio sharpe, long trials, double[] earlier) {
            double variance =
                    earlier.length + 1 >= MIN_KNOWN
                            ? variance(sharpe.ratio(), earlier)
                            : Math.max(0, sharpe.samplingVariance());
            double threshold = SharpeRatio.expectedMaximum(trials, variance);
            return new Deflated(trials, variance, threshold, sharpe.probabilityAbove(threshold));
        }

        private static double variance(double own, double[] earlier) {
            int n = earlier.length + 1;
            double mean = own / n;
            for (double ratio : earlier) {
                mean += ratio / n;
            }
            double squares = (own - mean) * (own - mean);
            for (double ratio : earlier) {
                squares += (ratio - mean) * (ratio - mean);
            }
            return squares / (n - 1);
        }
    }
}
