package io.auspex.signals;

import io.auspex.market.Timeframe;

/**
 * Until when a signal may be traded: so many of its candles after its close. The time is that of
 * the feed: the clock for an exchange, the market's own for a replay and a simulated market.
 *
 * @param candles more than 0; 1 is until the close of the next candle, when the next signal comes
 */
public record Expiry(double candles) {

    /** The rule of those who state none. */
    public static final Expiry UNTIL_THE_NEXT_CLOSE = new Expiry(1);

    private static final double MAX_CANDLES = 1_000;

    public Expiry {
        if (!(candles > 0 && candles <= MAX_CANDLES)) {
            throw new IllegalArgumentException(
                    "auspex.signals.expires-after is a number of candles, more than 0 and at most "
                            + (long) MAX_CANDLES
                            + ": "
                            + candles);
        }
    }

    /** The moment from which on it is too late, milliseconds since the Unix epoch (UTC). */
    public long of(long closeTimeMillis, Timeframe timeframe) {
        return closeTimeMillis + Math.max(1, Math.round(candles * timeframe.millis()));
    }
}
