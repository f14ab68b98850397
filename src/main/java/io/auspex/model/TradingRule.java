package io.auspex.model;

/**
 * The simple rule that a report's Sharpe ratio is about: what signals decide by default. BUY when a
 * rise is likelier than a fall by {@value #MINIMUM_EDGE}, the expected return pays the fees, and
 * the stop is at most {@value #MAXIMUM_STOP_PROBABILITY} likely; SELL mirrors it, without the stop.
 */
public final class TradingRule {

    /** How much likelier one side must be than the other, as a difference of probabilities. */
    public static final double MINIMUM_EDGE = 0.08;

    /** Cost of entering and leaving, as a fraction of the price. */
    public static final double ROUND_TRIP_FEE = 0.001;

    /** Highest probability of the stop at which a BUY is allowed. */
    public static final double MAXIMUM_STOP_PROBABILITY = 0.10;

    private TradingRule() {}

    /** 1 to buy, -1 to sell, 0 to stay away. */
    public static int position(double up, double down, double expectedReturn, double stop) {
        double edge = Math.clamp(up, 0, 1) - Math.clamp(down, 0, 1);
        if (Math.abs(edge) < MINIMUM_EDGE) {
            return 0;
        }
        boolean buy = edge > 0;
        double net = (buy ? expectedReturn : -expectedReturn) - ROUND_TRIP_FEE;
        if (net < 0 || (buy && Math.clamp(stop, 0, 1) > MAXIMUM_STOP_PROBABILITY)) {
            return 0;
        }
        return buy ? 1 : -1;
    }
}
