package io.auspex.market;

/**
 * One closed candle. An instance is always valid: finite positive prices, {@code low <= open, close
 * <= high}, a finite volume of zero or more, and an open time on the timeframe's grid.
 *
 * @param openTimeMillis start of the interval, milliseconds since the Unix epoch (UTC), inclusive
 * @param volume traded amount in the base asset
 */
public record Candle(
        Symbol symbol,
        Timeframe timeframe,
        long openTimeMillis,
        double open,
        double high,
        double low,
        double close,
        double volume) {

    public Candle {
        if (!timeframe.isOnGrid(openTimeMillis)) {
            throw new IllegalArgumentException(
                    "open time " + openTimeMillis + " is off the " + timeframe + " grid");
        }
        requirePrice("open", open);
        requirePrice("high", high);
        requirePrice("low", low);
        requirePrice("close", close);
        if (!Double.isFinite(volume) || volume < 0) {
            throw new IllegalArgumentException("volume must be finite and not negative: " + volume);
        }
        if (high < low) {
            throw new IllegalArgumentException("high " + high + " is below low " + low);
        }
        if (open > high || open < low || close > high || close < low) {
            throw new IllegalArgumentException(
                    "open "
                            + open
                            + " and close "
                            + close
                            + " must lie within low "
                            + low
                            + " and high "
                            + high);
        }
    }

    /**
     * End of the interval, milliseconds since the Unix epoch (UTC), exclusive: the moment the
     * candle is known.
     */
    public long closeTimeMillis() {
        return openTimeMillis + timeframe.millis();
    }

    private static void requirePrice(String name, double price) {
        if (!Double.isFinite(price) || price <= 0) {
            throw new IllegalArgumentException(name + " must be finite and positive: " + price);
        }
    }
}
