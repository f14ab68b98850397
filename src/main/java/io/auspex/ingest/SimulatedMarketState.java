package io.auspex.ingest;

/**
 * What decides the future of a simulated market as of a close, hidden parts included. Immutable.
 * Symbols are counted as in {@link SimulatedMarket#symbols}.
 */
public final class SimulatedMarketState {

    private final long closeTimeMillis;
    private final int regime;
    private final double commonVolatility;
    private final double[] ownVolatility;
    private final double[] deviation;

    SimulatedMarketState(
            long closeTimeMillis,
            int regime,
            double commonVolatility,
            double[] ownVolatility,
            double[] deviation) {
        this.closeTimeMillis = closeTimeMillis;
        this.regime = regime;
        this.commonVolatility = commonVolatility;
        this.ownVolatility = ownVolatility.clone();
        this.deviation = deviation.clone();
    }

    public long closeTimeMillis() {
        return closeTimeMillis;
    }

    /** 0 calm, 1 rising, 2 falling. */
    int regime() {
        return regime;
    }

    /** The market's part of log volatility: {@code h} of {@link SimulatedDynamics}. */
    double commonVolatility() {
        return commonVolatility;
    }

    /** The symbol's part of log volatility: {@code g} of {@link SimulatedDynamics}. */
    double ownVolatility(int symbolIndex) {
        return ownVolatility[symbolIndex];
    }

    /** Log price less its exponential mean: {@code x} of {@link SimulatedDynamics}. */
    double deviation(int symbolIndex) {
        return deviation[symbolIndex];
    }
}
