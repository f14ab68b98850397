package io.auspex.features;

import static io.auspex.market.Timeframe.FIFTEEN_MINUTES;
import static io.auspex.market.Timeframe.FIVE_MINUTES;
import static io.auspex.market.Timeframe.ONE_HOUR;

import io.auspex.market.Timeframe;
import java.util.List;

/** The feature sets that Auspex brings along, all on 5-minute base candles. */
final class StandardSets {

    private static final List<Timeframe> BASE = List.of(FIVE_MINUTES);
    private static final List<Timeframe> ALL = List.of(FIVE_MINUTES, FIFTEEN_MINUTES, ONE_HOUR);
    private static final Integer[] PERIODS = {6, 12, 24, 48, 96};

    private StandardSets() {}

    static FeatureSet standard() {
        return new FeatureSet(
                List.of(
                        FeatureDeclaration.of(Family.PERCENT_CHANGE, ALL),
                        FeatureDeclaration.of(Family.LOG_RETURN, ALL),
                        FeatureDeclaration.of(Family.DISTANCE, ALL, PERIODS),
                        FeatureDeclaration.of(Family.MOMENTUM, ALL, PERIODS),
                        FeatureDeclaration.of(Family.VOLUME_RATIO, ALL, PERIODS),
                        FeatureDeclaration.of(Family.VOLUME_CHANGE, ALL, PERIODS),
                        FeatureDeclaration.of(Family.VOLATILITY, ALL, PERIODS),
                        FeatureDeclaration.of(Family.RSI, ALL, 14),
                        FeatureDeclaration.of(Family.MACD, ALL),
                        FeatureDeclaration.of(Family.BOLLINGER, ALL, 20),
                        FeatureDeclaration.of(Family.STOCHASTIC, ALL, 14),
                        FeatureDeclaration.of(Family.WILLIAMS_R, ALL, 14),
                        FeatureDeclaration.of(Family.CCI, ALL, 20),
                        FeatureDeclaration.of(Family.ATR, ALL, 14),
                        FeatureDeclaration.of(Family.ADX, ALL, 14),
                        FeatureDeclaration.of(Family.OBV_SLOPE, ALL, PERIODS),
                        FeatureDeclaration.of(Family.MFI, ALL, 14),
                        FeatureDeclaration.of(Family.VOLUME_PRICE_CORRELATION, ALL, 24),
                        FeatureDeclaration.clock(Family.HOUR),
                        FeatureDeclaration.clock(Family.WEEKDAY),
                        // What the candle before said, where a turn matters more than a level.
                        FeatureDeclaration.of(Family.LOG_RETURN, ALL).shifted(1),
                        FeatureDeclaration.of(Family.MOMENTUM, ALL, 6).shifted(1),
                        FeatureDeclaration.of(Family.VOLUME_RATIO, ALL, 6).shifted(1),
                        FeatureDeclaration.of(Family.RSI, ALL, 14).shifted(1),
                        FeatureDeclaration.of(Family.MACD, BASE).shifted(1),
                        FeatureDeclaration.of(Family.BOLLINGER, BASE, 20).shifted(1),
                        // The two assets that the others follow.
                        FeatureDeclaration.of(Family.LOG_RETURN, BASE).correlatedWith("BTC", "ETH"),
                        FeatureDeclaration.of(Family.MOMENTUM, BASE, 6, 24)
                                .correlatedWith("BTC", "ETH"),
                        FeatureDeclaration.of(Family.VOLATILITY, BASE, 24)
                                .correlatedWith("BTC", "ETH"),
                        FeatureDeclaration.of(Family.RSI, BASE, 14).correlatedWith("BTC", "ETH")));
    }

    static FeatureSet compact() {
        List<Timeframe> slower = List.of(FIFTEEN_MINUTES, ONE_HOUR);
        return new FeatureSet(
                List.of(
                        FeatureDeclaration.of(Family.LOG_RETURN, BASE).shifted(0, 1),
                        FeatureDeclaration.of(Family.DISTANCE, BASE, 24),
                        FeatureDeclaration.of(Family.MOMENTUM, BASE, 6, 12, 24, 48),
                        FeatureDeclaration.of(Family.VOLUME_RATIO, BASE, 12, 48),
                        FeatureDeclaration.of(Family.VOLATILITY, BASE, 12, 48),
                        FeatureDeclaration.of(Family.RSI, BASE, 14),
                        FeatureDeclaration.of(Family.MACD, BASE),
                        FeatureDeclaration.of(Family.BOLLINGER, BASE, 20),
                        FeatureDeclaration.of(Family.STOCHASTIC, BASE, 14),
                        FeatureDeclaration.of(Family.CCI, BASE, 20),
                        FeatureDeclaration.of(Family.ATR, BASE, 14),
                        FeatureDeclaration.of(Family.ADX, BASE, 14),
                        FeatureDeclaration.of(Family.OBV_SLOPE, BASE, 24),
                        FeatureDeclaration.of(Family.MFI, BASE, 14),
                        FeatureDeclaration.of(Family.VOLUME_PRICE_CORRELATION, BASE, 24),
                        FeatureDeclaration.of(Family.MOMENTUM, slower, 6, 12),
                        FeatureDeclaration.of(Family.VOLATILITY, slower, 12),
                        FeatureDeclaration.of(Family.RSI, slower, 14),
                        FeatureDeclaration.clock(Family.HOUR),
                        FeatureDeclaration.clock(Family.WEEKDAY)));
    }
}
