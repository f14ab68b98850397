package io.auspex.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.auspex.features.RollingExtreme.Highest;
import io.auspex.features.RollingExtreme.Lowest;
import io.auspex.market.Candle;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Indicators against TA-Lib 0.4.0 on real candles: the raw classes, and what the engine serves. */
class TaLibAgreementTest {

    @Retention(RetentionPolicy.RUNTIME)
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"ETHBTC", "NXTBTC"})
    @interface OnRealCandles {}

    /** Of the size that a value of this indicator has. */
    private static final double TOLERANCE = 1e-9;

    @OnRealCandles
    void rsi(String symbol) {
        TaLib reference = new TaLib(Candles.real(symbol));
        Rsi rsi = new Rsi(14);
        agree(symbol, rsi, _ -> rsi.value(), reference.rsi(14), 100);
    }

    @OnRealCandles
    void macd(String symbol) {
        double[][] reference = new TaLib(Candles.real(symbol)).macd();
        double size = largest(reference[0]);
        Macd macd = new Macd();
        agree(symbol, macd, _ -> macd.line(), reference[0], size);
        Macd second = new Macd();
        agree(symbol, second, _ -> second.signal(), reference[1], size);
        Macd third = new Macd();
        agree(symbol, third, _ -> third.histogram(), reference[2], size);
    }

    @OnRealCandles
    void bollingerBands(String symbol) {
        double[][] reference = new TaLib(Candles.real(symbol)).bollinger(20);
        RollingMoments upper = new RollingMoments(20);
        agree(symbol, upper, _ -> upper.mean() + 2 * upper.deviation(), reference[0], 0);
        RollingMoments middle = new RollingMoments(20);
        agree(symbol, middle, _ -> middle.mean(), reference[1], 0);
        RollingMoments lower = new RollingMoments(20);
        agree(symbol, lower, _ -> lower.mean() - 2 * lower.deviation(), reference[2], 0);
    }

    @OnRealCandles
    void stochastic(String symbol) {
        double[][] reference = new TaLib(Candles.real(symbol)).stochastic(14);
        Highest highest = new Highest(14);
        Lowest lowest = new Lowest(14);
        Stochastic stochastic = new Stochastic(14, highest, lowest);
        Indicator all =
                (window, count) -> {
                    highest.update(window, count);
                    lowest.update(window, count);
                    stochastic.update(window, count);
                };
        double[] d = new double[reference[1].length];
        int[] at = {0};
        agree(
                symbol,
                all,
                _ -> {
                    d[at[0]++] = stochastic.d();
                    return stochastic.k();
                },
                reference[0],
                100);
        for (int i = 18; i < d.length; i++) {
            assertThat(d[i]).isCloseTo(reference[1][i], within(100 * TOLERANCE));
        }
    }

    @OnRealCandles
    void highestAndLowest(String symbol) {
        TaLib reference = new TaLib(Candles.real(symbol));
        for (int period : new int[] {2, 6, 14, 96}) {
            Highest highest = new Highest(period);
            agree(symbol, highest, _ -> highest.value(), reference.highest(period), 0);
            Lowest lowest = new Lowest(period);
            agree(symbol, lowest, _ -> lowest.value(), reference.lowest(period), 0);
        }
    }

    @OnRealCandles
    void commodityChannelIndex(String symbol) {
        double[] reference = new TaLib(Candles.real(symbol)).cci(20);
        agree(symbol, (_, _) -> {}, window -> Cci.of(window, 20), reference, 100);
    }

    @OnRealCandles
    void averageTrueRange(String symbol) {
        double[] reference = new TaLib(Candles.real(symbol)).atr(14);
        Atr atr = new Atr(14);
        agree(symbol, atr, _ -> atr.value(), reference, 0);
    }

    @OnRealCandles
    void averageDirectionalIndex(String symbol) {
        double[] reference = new TaLib(Candles.real(symbol)).adx(14);
        Adx adx = new Adx(14);
        agree(symbol, adx, _ -> adx.value(), reference, 100);
    }

    @OnRealCandles
    void onBalanceVolumeSlope(String symbol) {
        TaLib library = new TaLib(Candles.real(symbol));
        double[] reference = ratio(library.obvSlope(24), library.meanVolume(24));
        ObvSlope slope = new ObvSlope(24);
        agree(symbol, slope, _ -> slope.value(), reference, 1);
    }

    @OnRealCandles
    void moneyFlowIndex(String symbol) {
        double[] reference = new TaLib(Candles.real(symbol)).mfi(14);
        Mfi mfi = new Mfi(14);
        agree(symbol, mfi, _ -> mfi.value(), reference, 100);
    }

    /**
     * TA-Lib subtracts squares of sums, which costs it digits when the close hardly moves compared
     * with its level: hence a looser bound, still far below a float32 step.
     */
    @OnRealCandles
    void volumePriceCorrelation(String symbol) {
        double[] reference = new TaLib(Candles.real(symbol)).correlation(24);
        VolumePriceCorrelation correlation = new VolumePriceCorrelation(24);
        agree(symbol, correlation, _ -> correlation.value(), reference, 100);
    }

    /**
     * The served float32 values, over several block boundaries, against TA-Lib run once over the
     * whole series: starting anew at a block boundary does not show.
     */
    @OnRealCandles
    void servedFeaturesAreTaLibOverTheWholeHistoryInTheDocumentedForm(String symbol) {
        List<Candle> candles = Candles.real(symbol);
        Map<String, double[]> expected = expectations(new TaLib(candles));
        List<String> names = expected.keySet().stream().sorted().toList();
        FeatureMatrix matrix =
                new FeatureMatrix(
                        FeatureSchema.of(names),
                        List.of(candles.getFirst().symbol()),
                        FeatureMatrix.Keep.ALL);
        Candles.closes(candles).forEach(matrix::accept);

        assertThat(matrix.rows()).isEqualTo(candles.size());
        for (int feature = 0; feature < names.size(); feature++) {
            double[] reference = expected.get(names.get(feature));
            double step = 1e-6 * largest(reference);
            for (int row = 0; row < matrix.rows(); row++) {
                float served = matrix.value(row, feature);
                if (Double.isNaN(reference[row])) {
                    assertThat(served).as(names.get(feature) + " row " + row).isNaN();
                } else {
                    assertThat((double) served)
                            .as(names.get(feature) + " row " + row)
                            .isCloseTo(reference[row], within(step));
                }
            }
        }
    }

    private static Map<String, double[]> expectations(TaLib library) {
        Map<String, double[]> expected = new HashMap<>();
        double[] close = library.closes();
        expected.put("percent_change@5m", library.rateOfChange(1));
        expected.put(
                "log_return@5m", Arrays.stream(library.rateOfChange(1)).map(Math::log1p).toArray());
        for (int n : new int[] {6, 96}) {
            expected.put("momentum_" + n + "@5m", library.rateOfChange(n));
            expected.put("distance_to_high_" + n + "@5m", excess(close, library.highest(n)));
            expected.put("distance_to_low_" + n + "@5m", excess(close, library.lowest(n)));
            expected.put(
                    "volatility_" + n + "@5m", ratio(library.deviation(n), library.meanClose(n)));
            expected.put(
                    "volume_ratio_" + n + "@5m", ratio(library.volumes(), library.meanVolume(n)));
            expected.put(
                    "obv_slope_" + n + "@5m", ratio(library.obvSlope(n), library.meanVolume(n)));
        }
        expected.put("rsi_14@5m", library.rsi(14));
        double[][] macd = library.macd();
        expected.put("macd_line@5m", ratio(macd[0], close));
        expected.put("macd_signal@5m", ratio(macd[1], close));
        expected.put("macd_histogram@5m", ratio(macd[2], close));
        expected.put("macd_cross@5m", crosses(macd[2]));
        double[][] bands = library.bollinger(20);
        expected.put("bollinger_position_20@5m", position(close, bands[2], bands[0]));
        expected.put("bollinger_width_20@5m", width(bands));
        expected.put("williams_r_14@5m", library.williamsR(14));
        expected.put("cci_20@5m", library.cci(20));
        expected.put("atr_14@5m", ratio(library.atr(14), close));
        expected.put("adx_14@5m", library.adx(14));
        expected.put("mfi_14@5m", library.mfi(14));
        expected.put("volume_price_correlation_24@5m", library.correlation(24));
        expected.put("stochastic_d_14@5m", library.stochastic(14)[1]);
        return expected;
    }

    private interface Value {
        double of(CandleWindow window);
    }

    /**
     * @param size of a typical value, below which the tolerance is not relative any more; 0 for
     *     always relative
     */
    private static void agree(
            String symbol, Indicator indicator, Value value, double[] reference, double size) {
        CandleWindow window = new CandleWindow(128);
        List<Candle> candles = Candles.real(symbol);
        int compared = 0;
        for (int i = 0; i < candles.size(); i++) {
            Candle candle = candles.get(i);
            window.push(candle.high(), candle.low(), candle.close(), candle.volume());
            indicator.update(window, i + 1);
            double actual = value.of(window);
            if (!Double.isNaN(reference[i])) {
                double bound = TOLERANCE * Math.max(size, Math.abs(reference[i]));
                assertThat(actual).as("candle " + i).isCloseTo(reference[i], within(bound));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(1_200);
    }

    private static double largest(double[] values) {
        return Arrays.stream(values).filter(Double::isFinite).map(Math::abs).max().orElseThrow();
    }

    private static double[] ratio(double[] over, double[] under) {
        double[] values = new double[over.length];
        Arrays.setAll(values, i -> over[i] / under[i]);
        return values;
    }

    private static double[] excess(double[] over, double[] under) {
        return Arrays.stream(ratio(over, under)).map(value -> value - 1).toArray();
    }

    private static double[] position(double[] close, double[] lower, double[] upper) {
        double[] values = new double[close.length];
        Arrays.setAll(values, i -> (close[i] - lower[i]) / (upper[i] - lower[i]));
        return values;
    }

    private static double[] width(double[][] bands) {
        double[] values = new double[bands[0].length];
        Arrays.setAll(values, i -> (bands[0][i] - bands[2][i]) / bands[1][i]);
        return values;
    }

    private static double[] crosses(double[] histogram) {
        double[] values = new double[histogram.length];
        Arrays.setAll(
                values,
                i ->
                        i == 0 || Double.isNaN(histogram[i - 1])
                                ? Double.NaN
                                : histogram[i - 1] <= 0 && histogram[i] > 0
                                        ? 1
                                        : histogram[i - 1] >= 0 && histogram[i] < 0 ? -1 : 0);
        return values;
    }
}
