package io.auspex.ensemble;

/**
 * When a paper trade ends, looked at each close of its symbol, in this order: the close is beyond
 * the stop; the member says the opposite; the horizon has passed. The price is always that of the
 * close, so that nothing is assumed about what happened within a candle; a stop that was jumped
 * over costs what it costs.
 *
 * @param horizonMillis how long a trade is held at most
 * @param stop adverse move, as a fraction of the entry price, at which it ends
 * @param roundTripFee taken from every trade, as a fraction of the position
 */
record ExitRule(long horizonMillis, double stop, double roundTripFee) {

    ExitRule {
        if (horizonMillis < 1 || !(stop > 0) || !(roundTripFee >= 0)) {
            throw new IllegalArgumentException(
                    "a horizon and a stop are positive and a fee is not negative: %d, %s, %s"
                            .formatted(horizonMillis, stop, roundTripFee));
        }
    }

    /** Why a trade ends. */
    enum Reason {
        STOP,
        OPPOSITE_SIGNAL,
        HORIZON
    }
}
