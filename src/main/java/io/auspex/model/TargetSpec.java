package io.auspex.model;

/**
 * What is to be predicted, {@code horizonCandles} base candles ahead, from the close of a candle:
 * with {@code r = close[t + horizon] / close[t] - 1}, {@code p_up} is {@code r > up}, {@code
 * p_down} is {@code r < -down}, {@code p_stop} is {@code r < -stop}, {@code expected_return} is
 * {@code r}.
 *
 * @param horizonCandles candles of the model's timeframe, 1 to 10,000
 * @param upThreshold fraction: 0.01 is one percent
 * @param downThreshold fraction
 * @param stopThreshold fraction
 * @param volatilityScaled when true the three thresholds are multiples of the rolling standard
 *     deviation of one-candle log returns over {@code volatilityCandles}, times the square root of
 *     the horizon
 * @param volatilityCandles window of that deviation
 */
public record TargetSpec(
        int horizonCandles,
        double upThreshold,
        double downThreshold,
        double stopThreshold,
        boolean volatilityScaled,
        int volatilityCandles) {

    public TargetSpec {
        if (horizonCandles < 1 || horizonCandles > 10_000) {
            throw new IllegalArgumentException(
                    "horizon_candles must be 1 to 10000: " + horizonCandles);
        }
        if (!(upThreshold > 0) || !(downThreshold > 0) || !(stopThreshold > 0)) {
            throw new IllegalArgumentException("target thresholds must be positive");
        }
        if (volatilityCandles < 2) {
            throw new IllegalArgumentException(
                    "volatility_candles must be at least 2: " + volatilityCandles);
        }
    }

    /**
     * What the thresholds are multiplied by at a close.
     *
     * @param deviation of {@link ReturnDeviation} there; of no interest unless {@code
     *     volatilityScaled}
     * @return not above 0, or NaN, when the thresholds are unknown there
     */
    public double scale(double deviation) {
        return volatilityScaled ? deviation * Math.sqrt(horizonCandles) : 1;
    }

    /** Whether a return is above the threshold. */
    public boolean up(double change, double scale) {
        return change > upThreshold * scale;
    }

    /** Whether a return is below the lower threshold. */
    public boolean down(double change, double scale) {
        return change < -downThreshold * scale;
    }

    /** Whether a return is below the stop. */
    public boolean stop(double change, double scale) {
        return change < -stopThreshold * scale;
    }

    /** 24 candles, 1 % up, 1 % down, 5 % stop. */
    public static TargetSpec standard() {
        return new TargetSpec(24, 0.01, 0.01, 0.05, false, 288);
    }
}
