package io.auspex.ingest;

import io.auspex.market.Symbol;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The state of ingest at one moment.
 *
 * @param feed identity of the feed; empty when there is none
 * @param timeframe of its candles, for example {@code 5m}; empty when there is no feed
 * @param candlesStored all candles of this feed in the store
 * @param firstClose close time of the first stored close
 * @param lastClose close time of the last stored close
 * @param liveCloses live closes handled since the start of the service
 * @param lag time since the last live close arrived, by the clock on the wall; empty before the
 *     first
 * @param refusedCount rows refused by this run of the feed
 * @param refused the last of them, oldest first
 * @param failure why the feed failed; only with {@link State#FAILED}
 */
public record IngestSnapshot(
        State state,
        Optional<String> feed,
        Optional<String> timeframe,
        List<Symbol> symbols,
        long candlesStored,
        Optional<Instant> firstClose,
        Optional<Instant> lastClose,
        long liveCloses,
        Optional<Duration> lag,
        long refusedCount,
        List<RefusedRow> refused,
        Optional<String> failure) {

    /** Where the feed is. */
    public enum State {
        /** No feed runs. */
        OFF,
        /** History goes into the store. */
        LOADING,
        /** Live closes arrive. */
        LIVE,
        /** A live close waits for {@link LiveHold#release}. */
        HELD,
        /** The feed has no more data. */
        ENDED,
        /** The feed stopped with an error; the service goes on. */
        FAILED
    }

    public IngestSnapshot {
        symbols = List.copyOf(symbols);
        refused = List.copyOf(refused);
    }
}
