package io.auspex.ensemble;

import io.auspex.features.Family;
import io.auspex.features.FeatureDeclaration;
import io.auspex.features.FeatureSchema;
import io.auspex.features.FeatureSet;
import io.auspex.market.Timeframe;
import io.auspex.serving.FeatureVector;
import java.util.List;

/**
 * The rules of {@code trading_ai}: five indicators of the base candles, each with a vote in [-1, 1]
 * (above 0 for a rise), a share, and no parameter that was ever fitted. Their definitions are those
 * of {@link Family}, computed by the feature engine as for every model.
 *
 * <pre>
 * rule       share  vote
 * trend      0.30   momentum_24 over 3 x volatility_24: with the move of the last 24 candles
 * macd       0.25   macd_histogram over 0.5 x volatility_24
 * rsi        0.25   (50 - rsi_14) / 20: 30 and below is oversold, 70 and above overbought
 * bollinger  0.20   1 - 2 x bollinger_position_20: the lower band is 1, the upper one -1
 * volume     -      all of that times volume_ratio_24, between 0.5 and 1.5: unusual volume confirms
 * </pre>
 *
 * Votes are cut to [-1, 1]. The score of a {@link RuleStyle} is the mean of its rules' votes by
 * their shares, between -1.5 and 1.5; which style counts, and what its score means for
 * probabilities, is for {@link RuleCalibration} to say, from what came of it on stored candles.
 */
final class IndicatorRules {

    /** Changes with every change of a rule: calibrations of others are of no use then. */
    static final int VERSION = 2;

    private static final double TREND_SHARE = 0.30;
    private static final double MACD_SHARE = 0.25;
    private static final double RSI_SHARE = 0.25;
    private static final double BOLLINGER_SHARE = 0.20;

    private static final double TREND_DEVIATIONS = 3;
    private static final double MACD_DEVIATIONS = 0.5;
    private static final double RSI_MIDDLE = 50;
    private static final double RSI_REACH = 20;
    private static final double LEAST_VOLUME = 0.5;
    private static final double GREATEST_VOLUME = 1.5;

    /** A market that did not move at all has no trend. */
    private static final double NO_VOLATILITY = 1e-12;

    private final FeatureSchema schema;
    private final int momentum;
    private final int volatility;
    private final int histogram;
    private final int rsi;
    private final int bollinger;
    private final int volume;

    IndicatorRules(Timeframe base) {
        List<Timeframe> candles = List.of(base);
        schema =
                new FeatureSet(
                                List.of(
                                        FeatureDeclaration.of(Family.MOMENTUM, candles, 24),
                                        FeatureDeclaration.of(Family.VOLATILITY, candles, 24),
                                        FeatureDeclaration.of(Family.MACD, candles),
                                        FeatureDeclaration.of(Family.RSI, candles, 14),
                                        FeatureDeclaration.of(Family.BOLLINGER, candles, 20),
                                        FeatureDeclaration.of(Family.VOLUME_RATIO, candles, 24)))
                        .schema(List.of());
        momentum = place("momentum_24@");
        volatility = place("volatility_24@");
        histogram = place("macd_histogram@");
        rsi = place("rsi_14@");
        bollinger = place("bollinger_position_20@");
        volume = place("volume_ratio_24@");
    }

    /** What the rules look at. */
    FeatureSchema schema() {
        return schema;
    }

    /**
     * The score of a vector that is ready, in [-1.5, 1.5].
     *
     * @param style the rules that count
     * @param row in the order of {@link #schema}
     */
    double score(RuleStyle style, FeatureVector row) {
        double votes =
                switch (style) {
                    case ALL -> following(row) + reverting(row);
                    case FOLLOWING -> following(row) / (TREND_SHARE + MACD_SHARE);
                    case REVERTING -> reverting(row) / (RSI_SHARE + BOLLINGER_SHARE);
                };
        return votes * Math.clamp(row.get(volume), LEAST_VOLUME, GREATEST_VOLUME);
    }

    private double following(FeatureVector row) {
        double deviation = Math.max(row.get(volatility), NO_VOLATILITY);
        return TREND_SHARE * vote(row.get(momentum) / (TREND_DEVIATIONS * deviation))
                + MACD_SHARE * vote(row.get(histogram) / (MACD_DEVIATIONS * deviation));
    }

    private double reverting(FeatureVector row) {
        return RSI_SHARE * vote((RSI_MIDDLE - row.get(rsi)) / RSI_REACH)
                + BOLLINGER_SHARE * vote(1 - 2 * row.get(bollinger));
    }

    private static double vote(double value) {
        return Math.clamp(value, -1, 1);
    }

    private int place(String beginning) {
        for (int i = 0; i < schema.size(); i++) {
            if (schema.names().get(i).startsWith(beginning)) {
                return i;
            }
        }
        throw new IllegalStateException("the rules' own features lack " + beginning);
    }
}
