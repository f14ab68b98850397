package io.auspex.ingest;

/**
 * Fetches candles of a running {@link Feed} that have not come by themselves: after an outage, or
 * of symbols that are new. Every feed whose {@link Feed#past()} can be asked has one, {@link
 * Upkeep}; one that plays a file or makes its market up has nothing to fetch, and none.
 * Thread-safe.
 */
public interface DataRefresh {

    /**
     * What a refresh brought.
     *
     * @param candles that were not stored before
     * @param message one sentence
     */
    record Refreshed(long candles, String message) {}

    /**
     * Fetches and stores what is missing. Blocking: called from a virtual thread, while the feed
     * runs; what is live comes as usual.
     */
    Refreshed refresh() throws Exception;
}
