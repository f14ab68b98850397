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
 * @param waiting what the feed cannot go on without, and is trying again; empty when all is well
 * @param clockAhead what the venue's clock is ahead of ours; empty when there is nothing to compare
 * @param missing candles that closes of this run went on without
 * @param repaired candles that had been missing, and were added by this run
 * @param corrections other versions of stored candles that this run met, noted and did not apply
 * @param unreadable messages of the venue that were not understood
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
        Optional<String> failure,
        List<Waiting> waiting,
        Optional<Duration> clockAhead,
        long missing,
        long repaired,
        long corrections,
        long unreadable) {

    /**
     * Something that is not there.
     *
     * @param what {@code feed} or {@code candle store}
     */
    public record Waiting(String what, Instant since, String reason) {}

    /** Where the feed is. */
    public enum State {
        /** No feed runs. */
        OFF,
        /**
         * Another process runs the feed; this one follows it, and takes over when that one ends.
         */
        STANDBY,
        /** A process without the role ingest: it follows what another one stores. */
        FOLLOWING,
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
        waiting = List.copyOf(waiting);
    }
}
