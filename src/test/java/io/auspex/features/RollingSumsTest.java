package io.auspex.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.auspex.market.Candle;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Sums that are slid against the textbook formula over the same candles, on histories with volume
 * spikes of 1e9, flat stretches and candles without volume.
 */
class RollingSumsTest {

    @Property(tries = 40, seed = "1")
    void meanVolumeIsTheMeanAfterAnySpike(
            @ForAll long seed, @ForAll @IntRange(min = 2, max = 60) int n) {
        RollingVolume volume = new RollingVolume(n);
        agree(seed, n, 0, volume, _ -> volume.mean(), last -> mean(last, Candle::volume), true);
    }

    @Property(tries = 40, seed = "2")
    void deviationIsTheDeviationAndExactlyZeroWhenFlat(
            @ForAll long seed, @ForAll @IntRange(min = 2, max = 60) int n) {
        RollingMoments moments = new RollingMoments(n);
        agree(
                seed,
                n,
                0,
                moments,
                _ -> moments.deviation(),
                last -> Math.sqrt(products(last, Candle::close, Candle::close) / n),
                true);
    }

    @Property(tries = 40, seed = "3")
    void correlationIsTheCorrelation(
            @ForAll long seed, @ForAll @IntRange(min = 3, max = 60) int n) {
        VolumePriceCorrelation correlation = new VolumePriceCorrelation(n);
        agree(
                seed,
                n,
                0,
                correlation,
                _ -> correlation.value(),
                RollingSumsTest::correlation,
                false);
    }

    @Property(tries = 40, seed = "4")
    void onBalanceVolumeSlopeIsTheLeastSquaresSlope(
            @ForAll long seed, @ForAll @IntRange(min = 2, max = 60) int n) {
        ObvSlope slope = new ObvSlope(n);
        agree(seed, n, 0, slope, _ -> slope.value(), RollingSumsTest::slope, false);
    }

    @Property(tries = 40, seed = "5")
    void moneyFlowIndexIsTheShareOfRisingFlow(
            @ForAll long seed, @ForAll @IntRange(min = 2, max = 60) int n) {
        Mfi mfi = new Mfi(n);
        agree(seed, n, 1, mfi, _ -> mfi.value() / 100, RollingSumsTest::risingShare, false);
    }

    /**
     * @param before candles beside the period that the formula looks at
     * @param relative whether the bound is relative, and zero therefore exact
     */
    private static void agree(
            long seed,
            int period,
            int before,
            Indicator indicator,
            ToDoubleFunction<CandleWindow> value,
            ToDoubleFunction<List<Candle>> formula,
            boolean relative) {
        CandleWindow window = new CandleWindow(64);
        List<Candle> candles = Candles.random("ETHBTC", seed, 700, 0, 1);
        for (int count = 1; count <= candles.size(); count++) {
            Candle candle = candles.get(count - 1);
            window.push(candle.high(), candle.low(), candle.close(), candle.volume());
            indicator.update(window, count);
            if (count < period + before) {
                continue;
            }
            double expected =
                    formula.applyAsDouble(candles.subList(count - period - before, count));
            double bound = relative ? 1e-9 * Math.abs(expected) : 1e-8;
            assertThat(value.applyAsDouble(window))
                    .as("candle " + count)
                    .isCloseTo(expected, within(bound));
        }
    }

    private static double mean(List<Candle> candles, ToDoubleFunction<Candle> cell) {
        // Relative to one of them, so that equal cells have exactly that mean.
        double first = cell.applyAsDouble(candles.getFirst());
        return first
                + candles.stream().mapToDouble(cell).map(value -> value - first).sum()
                        / candles.size();
    }

    private static double products(
            List<Candle> candles, ToDoubleFunction<Candle> x, ToDoubleFunction<Candle> y) {
        double meanX = mean(candles, x);
        double meanY = mean(candles, y);
        return candles.stream()
                .mapToDouble(c -> (x.applyAsDouble(c) - meanX) * (y.applyAsDouble(c) - meanY))
                .sum();
    }

    private static double correlation(List<Candle> candles) {
        double scale =
                Math.sqrt(products(candles, Candle::close, Candle::close))
                        * Math.sqrt(products(candles, Candle::volume, Candle::volume));
        return scale == 0 ? 0 : products(candles, Candle::close, Candle::volume) / scale;
    }

    private static double slope(List<Candle> candles) {
        int n = candles.size();
        double total = candles.stream().mapToDouble(Candle::volume).sum();
        if (total == 0) {
            return 0;
        }
        double[] obv = new double[n];
        for (int i = 1; i < n; i++) {
            double change = candles.get(i).close() - candles.get(i - 1).close();
            obv[i] = obv[i - 1] + Math.signum(change) * candles.get(i).volume() / (total / n);
        }
        double middle = (n - 1) / 2.0;
        double over = IntStream.range(0, n).mapToDouble(i -> (i - middle) * obv[i]).sum();
        double under = IntStream.range(0, n).mapToDouble(i -> (i - middle) * (i - middle)).sum();
        return over / under;
    }

    private static double risingShare(List<Candle> candles) {
        double rising = 0;
        double all = 0;
        for (int i = 1; i < candles.size(); i++) {
            double change = typical(candles.get(i)) - typical(candles.get(i - 1));
            double flow = typical(candles.get(i)) * candles.get(i).volume();
            rising += change > 0 ? flow : 0;
            all += change == 0 ? 0 : flow;
        }
        return all == 0 ? 0 : rising / all;
    }

    private static double typical(Candle candle) {
        return (candle.high() + candle.low() + candle.close()) / 3;
    }
}
