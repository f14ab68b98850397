package io.auspex.trades;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Await;
import io.auspex.platform.DatabaseAway;
import io.auspex.platform.Failure;
import io.auspex.trades.TradeRows.Pending;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes closed trades, from whichever side they come. Idempotent: a trade that was taken before is
 * a duplicate, another one under its id a conflict. Each trade of a batch is judged by itself.
 * Blocking: call it from a virtual thread. Thread-safe.
 */
@ApplicationScoped
public class TradeIntake {

    private static final Logger LOG = Logger.getLogger(TradeIntake.class);
    private static final long FLUSH_SECONDS = 5;
    private static final String AWAY = "the database does not answer";

    private final TradeStore store;
    private final EntryContexts contexts;
    private final CountedTrades counted;
    private final TradeOutcomeModel model;
    private final InstantSource clock;
    private final Event<TradesStored> news;
    private final int maxBatch;
    private final TradeBuffer buffer;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofVirtual().name("trades-flush").factory());

    TradeIntake(
            TradeStore store,
            EntryContexts contexts,
            CountedTrades counted,
            TradeOutcomeModel model,
            InstantSource clock,
            Event<TradesStored> news,
            TradesConfig config) {
        this.store = store;
        this.contexts = contexts;
        this.counted = counted;
        this.model = model;
        this.clock = clock;
        this.news = news;
        this.maxBatch = config.maxBatch();
        this.buffer = new TradeBuffer(config.buffer());
    }

    void start(@Observes StartupEvent started) {
        timer.scheduleWithFixedDelay(
                this::flushQuietly, FLUSH_SECONDS, FLUSH_SECONDS, TimeUnit.SECONDS);
    }

    void stop(@Observes ShutdownEvent stopped) {
        timer.shutdownNow();
        flushQuietly();
    }

    /**
     * Takes a batch.
     *
     * @param trades as they were written, one JSON object each
     * @return what became of each, in their order
     * @throws Failure INVALID {@code too-many-trades}; nothing was taken then
     */
    public List<TradeResult> take(List<JsonNode> trades) {
        return take(trades, null);
    }

    /**
     * As {@link #take(List)}, on behalf of somebody.
     *
     * @param reporter pseudonym of whoever reports them, by which they can be erased; null for
     *     nobody in particular
     */
    public List<TradeResult> take(List<JsonNode> trades, @Nullable String reporter) {
        if (trades.size() > maxBatch) {
            throw new Failure(
                    Failure.Category.INVALID,
                    "too-many-trades",
                    "%d trades at once; at most %d".formatted(trades.size(), maxBatch));
        }
        Map<String, ReportedTrade> batch = new LinkedHashMap<>();
        List<Place> places = new ArrayList<>();
        for (JsonNode json : trades) {
            places.add(place(json, batch));
        }
        Map<String, TradeResult> taken = takeDistinct(batch.values(), reporter);
        return places.stream()
                .map(place ->
                        switch (place) {
                            case Place.Decided decided -> decided.result();
                            case Place.Of of -> Objects.requireNonNull(taken.get(of.id()));
                        })
                .toList();
    }

    /** Where a result of a batch comes from. */
    private sealed interface Place {

        /** It is clear without looking further. */
        record Decided(TradeResult result) implements Place {}

        /** It is that of the trade with this id. */
        record Of(String id) implements Place {}
    }

    private static Place place(JsonNode json, Map<String, ReportedTrade> batch) {
        ReportedTrade trade;
        try {
            trade = TradeReader.read(json);
        } catch (IllegalArgumentException bad) {
            return new Place.Decided(
                    new TradeResult.Refused(
                            TradeReader.id(json), String.valueOf(bad.getMessage())));
        }
        ReportedTrade earlier = batch.putIfAbsent(trade.id(), trade);
        if (earlier == null) {
            return new Place.Of(trade.id());
        }
        return new Place.Decided(
                earlier.contentSha256().equals(trade.contentSha256())
                        ? new TradeResult.Duplicate(trade.id())
                        : new TradeResult.Conflict(
                                trade.id(), "an earlier trade of this batch has its id"));
    }

    private Map<String, TradeResult> takeDistinct(
            Collection<ReportedTrade> trades, @Nullable String reporter) {
        Map<String, TradeResult> results = new LinkedHashMap<>();
        if (trades.isEmpty()) {
            return results;
        }
        try {
            flush();
            takeWithDatabase(new ArrayList<>(trades), reporter, results);
        } catch (RuntimeException failure) {
            if (!DatabaseAway.isCauseOf(failure)) {
                throw failure;
            }
            for (ReportedTrade trade : trades) {
                results.computeIfAbsent(trade.id(), _ -> takeWithout(trade, reporter));
            }
        }
        return results;
    }

    private void takeWithDatabase(
            List<ReportedTrade> trades,
            @Nullable String reporter,
            Map<String, TradeResult> results) {
        Map<String, String> known = digests(trades);
        List<ReportedTrade> fresh = new ArrayList<>();
        for (ReportedTrade trade : trades) {
            String digest = known.get(trade.id());
            if (digest == null) {
                fresh.add(trade);
            } else {
                results.put(trade.id(), compared(trade, digest));
            }
        }
        List<Pending> complete = new ArrayList<>();
        contexts.complete(fresh)
                .forEach((trade, completed) -> {
                    switch (completed) {
                        case EntryContexts.Completed.Refused refused ->
                                results.put(
                                        trade.id(),
                                        new TradeResult.Refused(trade.id(), refused.reason()));
                        case EntryContexts.Completed.Known knownTrade ->
                                complete.add(
                                        new Pending(
                                                ClosedTrade.of(
                                                        knownTrade.trade(),
                                                        knownTrade.feed(),
                                                        knownTrade.reconstructed(),
                                                        clock.instant()),
                                                trade.contentSha256(),
                                                reporter));
                    }
                });
        results.putAll(insert(complete));
    }

    private Map<String, TradeResult> insert(List<Pending> trades) {
        Map<String, TradeResult> results = new LinkedHashMap<>();
        var stored = Await.item(() -> store.insert(trades));
        counted.add(stored.values());
        List<Pending> lost = new ArrayList<>();
        for (Pending trade : trades) {
            String id = trade.trade().id();
            if (stored.containsKey(id)) {
                results.put(id, new TradeResult.Accepted(id, trade.trade().reconstructed()));
            } else {
                lost.add(trade);
            }
        }
        if (!lost.isEmpty()) {
            // Somebody else was faster.
            Map<String, String> known =
                    Await.item(
                            () -> store.digests(lost.stream().map(t -> t.trade().id()).toList()));
            for (Pending trade : lost) {
                String id = trade.trade().id();
                results.put(
                        id,
                        trade.contentSha256().equals(known.get(id))
                                ? new TradeResult.Duplicate(id)
                                : conflict(id));
            }
        }
        if (!stored.isEmpty()) {
            model.declareOnce();
            news.fire(new TradesStored(stored.size()));
        }
        return results;
    }

    private Map<String, String> digests(List<ReportedTrade> trades) {
        return Await.item(() -> store.digests(trades.stream().map(ReportedTrade::id).toList()));
    }

    private static TradeResult compared(ReportedTrade trade, String digest) {
        return digest.equals(trade.contentSha256())
                ? new TradeResult.Duplicate(trade.id())
                : conflict(trade.id());
    }

    private static TradeResult conflict(String id) {
        return new TradeResult.Conflict(id, "trade '" + id + "' is stored with another content");
    }

    /** Only what needs nothing from the database can wait for it. */
    private TradeResult takeWithout(ReportedTrade trade, @Nullable String reporter) {
        Pending waiting = buffer.of(trade.id());
        if (waiting != null) {
            return compared(trade, waiting.contentSha256());
        }
        if (trade.context().lacksMarket() || trade.signalId() != null) {
            return new TradeResult.Refused(
                    trade.id(), AWAY + ", which its entry context depends on; send it again");
        }
        Pending pending =
                new Pending(
                        ClosedTrade.of(trade, contexts.feed(), List.of(), clock.instant()),
                        trade.contentSha256(),
                        reporter);
        return buffer.add(pending)
                ? new TradeResult.Buffered(trade.id(), AWAY)
                : new TradeResult.Refused(
                        trade.id(), AWAY + ", and no more trades fit in memory; send it again");
    }

    /**
     * Drops the trades of somebody that are not stored yet: the others are removed where they are
     * stored.
     *
     * @return how many
     */
    public int forget(String reporter) {
        List<Pending> theirs =
                buffer.all().stream().filter(trade -> reporter.equals(trade.reporter())).toList();
        buffer.remove(theirs);
        return theirs.size();
    }

    /** Trades that are not stored yet. */
    List<ClosedTrade> waiting() {
        return buffer.all().stream().map(Pending::trade).toList();
    }

    /** Stores what waits. */
    void flush() {
        List<Pending> waiting = buffer.all();
        if (!waiting.isEmpty()) {
            insert(waiting)
                    .forEach((id, result) -> {
                        if (result instanceof TradeResult.Conflict) {
                            LOG.errorf("buffered trade %s is dropped: another has its id", id);
                        }
                    });
            buffer.remove(waiting);
        }
    }

    private void flushQuietly() {
        try {
            flush();
        } catch (RuntimeException stillAway) {
            LOG.debugf("buffered trades wait on: %s", stillAway.getMessage());
        }
    }
}
