package io.auspex.market;

/**
 * Builds the candles of a longer timeframe from base candles, on the grid. A candle is handed out
 * only when every base candle of its interval has been seen; an interval with a hole gives none.
 * One instance serves one symbol. Constant work and no allocation per base candle; not thread-safe.
 */
public final class CandleAggregator {

    private final Timeframe base;
    private final Timeframe target;
    private final int parts;

    private boolean begun;
    private boolean complete;
    private long lastBaseOpenMillis;
    private long openTimeMillis;
    private int seen;
    private double open;
    private double high;
    private double low;
    private double close;
    private double volume;

    /**
     * @throws IllegalArgumentException when the target is not a longer whole multiple of the base
     */
    public CandleAggregator(Timeframe base, Timeframe target) {
        if (!isMultiple(base, target)) {
            throw new IllegalArgumentException(
                    target + " candles cannot be built from " + base + " candles");
        }
        this.base = base;
        this.target = target;
        this.parts = Math.toIntExact(target.millis() / base.millis());
    }

    /** Whether candles of {@code target} can be built from candles of {@code base}. */
    public static boolean isMultiple(Timeframe base, Timeframe target) {
        return target.millis() > base.millis() && target.millis() % base.millis() == 0;
    }

    /**
     * Takes the next base candle.
     *
     * @return whether it completed a candle of the target timeframe, which the accessors then
     *     describe until the next call
     * @throws IllegalArgumentException when the candle is of another timeframe or not later than
     *     the one before; nothing has changed then
     */
    public boolean add(Candle candle) {
        if (candle.timeframe() != base) {
            throw new IllegalArgumentException(
                    "expected a " + base + " candle, not " + candle.timeframe());
        }
        if (begun && candle.openTimeMillis() <= lastBaseOpenMillis) {
            throw new IllegalArgumentException(
                    "candle at "
                            + candle.openTimeMillis()
                            + " is not later than the one at "
                            + lastBaseOpenMillis);
        }
        long interval = target.openTimeOf(candle.openTimeMillis());
        if (!begun || interval != openTimeMillis) {
            start(interval, candle);
        } else {
            extend(candle);
        }
        begun = true;
        lastBaseOpenMillis = candle.openTimeMillis();
        // Base candles are distinct and on the grid, so a full count leaves no hole.
        complete = seen == parts;
        return complete;
    }

    private void start(long interval, Candle candle) {
        openTimeMillis = interval;
        seen = 1;
        open = candle.open();
        high = candle.high();
        low = candle.low();
        close = candle.close();
        volume = candle.volume();
    }

    private void extend(Candle candle) {
        seen++;
        high = Math.max(high, candle.high());
        low = Math.min(low, candle.low());
        close = candle.close();
        volume += candle.volume();
    }

    /** The timeframe of the candles handed out. */
    public Timeframe target() {
        return target;
    }

    /** Open time of the completed candle, milliseconds since the Unix epoch (UTC). */
    public long openTimeMillis() {
        return whenComplete(openTimeMillis);
    }

    /** First price of the completed candle. */
    public double open() {
        return whenComplete(open);
    }

    /** Highest price of the completed candle. */
    public double high() {
        return whenComplete(high);
    }

    /** Lowest price of the completed candle. */
    public double low() {
        return whenComplete(low);
    }

    /** Last price of the completed candle. */
    public double close() {
        return whenComplete(close);
    }

    /** Volume of the completed candle: the base volumes added in time order. */
    public double volume() {
        return whenComplete(volume);
    }

    /** The completed candle as a record. */
    public Candle candle(Symbol symbol) {
        return new Candle(symbol, target, openTimeMillis(), open, high, low, close, volume);
    }

    private long whenComplete(long value) {
        requireComplete();
        return value;
    }

    private double whenComplete(double value) {
        requireComplete();
        return value;
    }

    private void requireComplete() {
        if (!complete) {
            throw new IllegalStateException("no " + target + " candle is complete at this close");
        }
    }
}
