package io.auspex.backtest;

/**
 * Something to try, and the figure that speaks for it.
 *
 * @param rule its stable name, documented in {@code docs/backtest.md}
 * @param advice one sentence
 * @param figure what was looked at
 * @param value of the figure
 * @param threshold that the value has passed
 */
public record Recommendation(
        String rule, String advice, String figure, double value, double threshold) {}
