package io.auspex.backtest;

/**
 * Where the time of a run went, in nanoseconds, since it began or went on.
 *
 * @param candles seen
 * @param readNanos waiting for candles
 * @param featureNanos computing features
 * @param modelNanos in ONNX Runtime
 * @param decisionNanos around the model: guards, the rule, the record of what was said
 * @param accountNanos the paper account
 */
public record Costs(
        long candles,
        long readNanos,
        long featureNanos,
        long modelNanos,
        long decisionNanos,
        long accountNanos) {

    static final Costs NONE = new Costs(0, 0, 0, 0, 0, 0);

    /** All of it. */
    public long nanos() {
        return readNanos + featureNanos + modelNanos + decisionNanos + accountNanos;
    }
}
