package io.auspex.ingest;

/**
 * The question put to a simulated market, in the terms of the targets that models are trained on:
 * with {@code r = close[t + horizon] / close[t] - 1}, how likely are {@code r > up}, {@code r <
 * -down} and {@code r < -stop}, and what is the mean of {@code r}?
 *
 * @param horizonCandles 1 to 10,000
 * @param up fraction, positive
 * @param down fraction, positive and below 1
 * @param stop fraction, positive and below 1
 */
public record TruthTarget(int horizonCandles, double up, double down, double stop) {

    public TruthTarget {
        if (horizonCandles < 1 || horizonCandles > 10_000) {
            throw new IllegalArgumentException(
                    "horizon must be 1 to 10000 candles: " + horizonCandles);
        }
        if (!(up > 0) || !(down > 0 && down < 1) || !(stop > 0 && stop < 1)) {
            throw new IllegalArgumentException("thresholds must be positive fractions");
        }
    }

    /** 24 candles, 1 % up, 1 % down, 5 % stop. */
    public static TruthTarget standard() {
        return new TruthTarget(24, 0.01, 0.01, 0.05);
    }
}
