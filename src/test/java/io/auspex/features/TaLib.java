package io.auspex.features;

import com.tictactec.ta.lib.Core;
import com.tictactec.ta.lib.MAType;
import com.tictactec.ta.lib.MInteger;
import com.tictactec.ta.lib.RetCode;
import io.auspex.market.Candle;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The independent reference: TA-Lib 0.4.0 ({@code com.tictactec:ta-lib}) over a whole series. A
 * result has one value a candle, NaN before TA-Lib gives its first.
 *
 * <p>TA-Lib takes deviations, gains and ranges below 1e-8 for zero, which prices of 0.00003 fall
 * under; so prices are given to it multiplied by 2^20, a factor that changes no digit, and results
 * in price units are divided by it again.
 */
final class TaLib {

    private static final double SCALE = 1 << 20;

    private final Core core = new Core();
    private final MInteger begin = new MInteger();
    private final MInteger length = new MInteger();
    private final int last;
    private final double[] high;
    private final double[] low;
    private final double[] close;
    private final double[] volume;

    TaLib(List<Candle> candles) {
        last = candles.size() - 1;
        high = column(candles, candle -> candle.high() * SCALE);
        low = column(candles, candle -> candle.low() * SCALE);
        close = column(candles, candle -> candle.close() * SCALE);
        volume = column(candles, Candle::volume);
    }

    double[] closes() {
        return unscaled(close);
    }

    double[] volumes() {
        return volume;
    }

    double[] rateOfChange(int n) {
        return one(out -> core.rocP(0, last, close, n, begin, length, out));
    }

    double[] highest(int n) {
        return unscaled(one(out -> core.max(0, last, high, n, begin, length, out)));
    }

    double[] lowest(int n) {
        return unscaled(one(out -> core.min(0, last, low, n, begin, length, out)));
    }

    double[] meanClose(int n) {
        return unscaled(one(out -> core.sma(0, last, close, n, begin, length, out)));
    }

    double[] meanVolume(int n) {
        return one(out -> core.sma(0, last, volume, n, begin, length, out));
    }

    double[] deviation(int n) {
        return unscaled(one(out -> core.stdDev(0, last, close, n, 1, begin, length, out)));
    }

    double[] rsi(int n) {
        return one(out -> core.rsi(0, last, close, n, begin, length, out));
    }

    /** Line, signal, histogram. */
    double[][] macd() {
        double[][] out = new double[3][last + 1];
        check(core.macd(0, last, close, 12, 26, 9, begin, length, out[0], out[1], out[2]));
        return each(out, true);
    }

    /** Upper, middle, lower. */
    double[][] bollinger(int n) {
        double[][] out = new double[3][last + 1];
        check(
                core.bbands(
                        0,
                        last,
                        close,
                        n,
                        2,
                        2,
                        MAType.Sma,
                        begin,
                        length,
                        out[0],
                        out[1],
                        out[2]));
        return each(out, true);
    }

    /** K, d. */
    double[][] stochastic(int n) {
        double[][] out = new double[2][last + 1];
        check(
                core.stoch(
                        0,
                        last,
                        high,
                        low,
                        close,
                        n,
                        3,
                        MAType.Sma,
                        3,
                        MAType.Sma,
                        begin,
                        length,
                        out[0],
                        out[1]));
        return each(out, false);
    }

    double[] williamsR(int n) {
        return one(out -> core.willR(0, last, high, low, close, n, begin, length, out));
    }

    double[] cci(int n) {
        return one(out -> core.cci(0, last, high, low, close, n, begin, length, out));
    }

    double[] atr(int n) {
        return unscaled(one(out -> core.atr(0, last, high, low, close, n, begin, length, out)));
    }

    double[] adx(int n) {
        return one(out -> core.adx(0, last, high, low, close, n, begin, length, out));
    }

    double[] obvSlope(int n) {
        double[] obv = one(out -> core.obv(0, last, close, volume, begin, length, out));
        return one(out -> core.linearRegSlope(0, last, obv, n, begin, length, out));
    }

    double[] mfi(int n) {
        return one(out -> core.mfi(0, last, high, low, close, volume, n, begin, length, out));
    }

    double[] correlation(int n) {
        return one(out -> core.correl(0, last, close, volume, n, begin, length, out));
    }

    private double[] one(Function<double[], RetCode> call) {
        double[] out = new double[last + 1];
        check(call.apply(out));
        return aligned(out);
    }

    private double[][] each(double[][] outs, boolean inPrices) {
        return Arrays.stream(outs)
                .map(this::aligned)
                .map(out -> inPrices ? unscaled(out) : out)
                .toArray(double[][]::new);
    }

    private double[] aligned(double[] out) {
        double[] values = new double[last + 1];
        Arrays.fill(values, Double.NaN);
        System.arraycopy(out, 0, values, begin.value, length.value);
        return values;
    }

    private static double[] unscaled(double[] values) {
        return Arrays.stream(values).map(value -> value / SCALE).toArray();
    }

    private static void check(RetCode code) {
        if (code != RetCode.Success) {
            throw new IllegalStateException("TA-Lib answered " + code);
        }
    }

    private static double[] column(List<Candle> candles, ToDoubleFunction<Candle> cell) {
        return candles.stream().mapToDouble(cell).toArray();
    }
}
