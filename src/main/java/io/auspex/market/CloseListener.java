package io.auspex.market;

/**
 * Hears of every live close of the feed, after its candles have been stored. Called by one thread,
 * in strictly increasing time, and may block: the feed waits for it.
 */
@FunctionalInterface
public interface CloseListener {

    /** Handles one close; a thrown exception fails the feed. */
    void onClose(MarketClose close);
}
