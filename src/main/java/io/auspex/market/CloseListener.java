package io.auspex.market;

/**
 * Hears of every live close of the feed, after its candles have been stored or, while the database
 * is away, are kept to be stored. Called by one thread, in strictly increasing time, and may block:
 * the feed waits for it.
 */
@FunctionalInterface
public interface CloseListener {

    /** Handles one close; a thrown exception fails the feed. */
    void onClose(MarketClose close);

    /**
     * The same, as the feed calls it.
     *
     * @param times how it came here
     */
    default void onClose(MarketClose close, CloseTimes times) {
        onClose(close);
    }

    /**
     * Hears of a close while its candles are being stored, so that what follows from it can be
     * worked out meanwhile; nobody may be told of it yet. The next call is {@link #onClose} of the
     * same close, unless they cannot be stored and this run of the feed ends. Not called of every
     * close: what waits in memory for the database is handed on at once. What fails here is tried
     * again, and counts, in {@link #onClose}.
     */
    default void onArrival(MarketClose close) {}

    /**
     * Called once a run of the feed, on the same thread, before the first live close: all history
     * is stored.
     *
     * @param byTheClock whether candles close when the clock says so, as at an exchange; if not, a
     *     close that nobody was there for comes as a live one later, and none is late
     * @param lastCloseTimeMillis up to here, inclusive, milliseconds since the Unix epoch (UTC)
     */
    default void onHistoryComplete(
            String feed, Timeframe timeframe, boolean byTheClock, long lastCloseTimeMillis) {}

    /**
     * Whether a live close was handled to its end. Asked once at start about the last close that is
     * stored, because the process may have been killed between storing and handling it; when the
     * answer is no, that one close is handed over again.
     *
     * @param closeTimeMillis milliseconds since the Unix epoch (UTC)
     */
    default boolean hasHandled(String feed, long closeTimeMillis) {
        return true;
    }
}
