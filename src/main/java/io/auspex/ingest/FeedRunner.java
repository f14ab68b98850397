package io.auspex.ingest;

import io.auspex.ingest.IngestSnapshot.State;
import io.auspex.market.CandlesRepaired;
import io.auspex.market.CloseListener;
import io.auspex.market.CloseTimes;
import io.auspex.market.MarketClose;
import io.auspex.market.Timeframe;
import io.auspex.platform.Trace;
import io.auspex.platform.Traces;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * Runs the configured feed on a virtual thread of its own, from the last stored close on, when
 * {@link FeedLeader} says so. A feed that fails is shown in {@link IngestStatus}; the service
 * lives, and {@link #start()} tries again.
 */
@ApplicationScoped
public class FeedRunner {

    /**
     * Startup observers with a lower number come before the feed: whoever wants to hold it or to
     * hear of its history.
     */
    public static final int START_PRIORITY = 100_000;

    private static final Logger LOG = Logger.getLogger(FeedRunner.class);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    private final IngestConfig config;
    private final CandleStore store;
    private final IngestStatus status;
    private final LiveHold hold;
    private final Instance<CloseListener> listeners;
    private final Event<HistoryLoaded> historyLoaded;
    private final Instance<FeedSource> sources;
    private final CandleGaps gaps;
    private final InstantSource clock;
    private final Event<CandlesRepaired> repaired;
    private final Event<CloseHandled> closeHandled;
    private final Traces traces;
    private @Nullable Thread thread;
    private @Nullable FeedRun run;
    private @Nullable DataRefresh refresher;

    @Inject
    FeedRunner(
            IngestConfig config,
            CandleStore store,
            IngestStatus status,
            LiveHold hold,
            Instance<CloseListener> listeners,
            Event<HistoryLoaded> historyLoaded,
            Instance<FeedSource> sources,
            CandleGaps gaps,
            InstantSource clock,
            Event<CandlesRepaired> repaired,
            Event<CloseHandled> closeHandled,
            Traces traces) {
        this.config = config;
        this.store = store;
        this.status = status;
        this.hold = hold;
        this.listeners = listeners;
        this.historyLoaded = historyLoaded;
        this.sources = sources;
        this.gaps = gaps;
        this.clock = clock;
        this.repaired = repaired;
        this.closeHandled = closeHandled;
        this.traces = traces;
    }

    void onShutdown(@Observes @Priority(1) ShutdownEvent stopped) {
        stop();
    }

    /**
     * Starts the configured feed; does nothing while it runs.
     *
     * @throws IllegalArgumentException when {@code auspex.feed} and its settings make no feed
     */
    public synchronized void start() {
        if (thread != null && thread.isAlive()) {
            return;
        }
        ConfiguredFeed.of(config, sources).ifPresent(this::start);
    }

    /** Runs a feed that somebody else made, instead of the configured one. */
    synchronized void start(Feed feed) {
        Upkeep keeping = upkeep(feed);
        Thread upkeep =
                Thread.ofVirtual()
                        .name("candle-upkeep")
                        .unstarted(() -> keeping.run(config.candles().upkeepEvery()));
        FeedRun next =
                new FeedRun(
                        feed,
                        store,
                        status,
                        hold,
                        listener(),
                        last -> {
                            announce(feed, last);
                            upkeep.start();
                        });
        run = next;
        refresher = feed.past().isPresent() ? keeping : null;
        thread =
                Thread.ofVirtual()
                        .name("feed")
                        .start(() -> {
                            guard(feed, next);
                            upkeep.interrupt();
                        });
    }

    /**
     * What fetches the candles that the running feed has missed; empty for a feed that hands them
     * over as they come and has nothing to fetch.
     */
    public synchronized Optional<DataRefresh> refresher() {
        return Optional.ofNullable(refresher);
    }

    /** Ends the feed after the close in hand. */
    public synchronized void stop() {
        Thread runner = thread;
        if (runner == null || run == null) {
            return;
        }
        try {
            run.stop(runner, STOP_TIMEOUT);
            if (!runner.join(STOP_TIMEOUT)) {
                LOG.warn("the feed did not stop in time");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        thread = null;
        refresher = null;
    }

    private void announce(Feed feed, long lastCloseTimeMillis) {
        historyLoaded.fire(
                new HistoryLoaded(
                        feed.identity(), feed.timeframe(), feed.symbols(), lastCloseTimeMillis));
    }

    /** Beside the feed, from the end of its history on. */
    private Upkeep upkeep(Feed feed) {
        return new Upkeep(
                feed,
                store,
                gaps,
                status,
                clock,
                config.candles().retention(),
                earliest ->
                        repaired.fire(
                                new CandlesRepaired(feed.identity(), feed.timeframe(), earliest)));
    }

    /** The edge of the feed's thread: everything it throws ends here. */
    private void guard(Feed feed, FeedRun current) {
        try {
            current.run();
        } catch (InterruptedException stopped) {
            status.become(State.OFF);
        } catch (Exception failure) {
            if (Thread.currentThread().isInterrupted()) {
                // Stopped while storing history: what was cut off comes again.
                status.become(State.OFF);
                return;
            }
            LOG.errorf(failure, "the feed %s failed", feed.identity());
            status.failed(String.valueOf(failure.getMessage()));
        }
    }

    private CloseListener listener() {
        CloseListener handling = listeners.isUnsatisfied() ? close -> {} : listeners.get();
        return new CloseListener() {

            @Override
            public void onArrival(MarketClose close) {
                MDC.put("correlation", close.correlation());
                try {
                    handling.onArrival(close);
                } finally {
                    MDC.remove("correlation");
                }
            }

            @Override
            public void onClose(MarketClose close) {
                onClose(close, CloseTimes.now());
            }

            @Override
            public void onClose(MarketClose close, CloseTimes times) {
                String correlation = close.correlation();
                MDC.put("correlation", correlation);
                try (Trace trace = traces.begin("close", times.arrivedNanos())) {
                    trace.with("correlation", correlation).with("candles", close.candles().size());
                    var _ = trace.step("ingest", times.arrivedNanos(), times.storedNanos());
                    handle(close, times, trace);
                } finally {
                    MDC.remove("correlation");
                }
            }

            private void handle(MarketClose close, CloseTimes times, Trace trace) {
                try {
                    handling.onClose(close, times);
                    closeHandled.fire(new CloseHandled(close));
                } catch (RuntimeException failure) {
                    trace.failed(failure.toString());
                    throw failure;
                }
            }

            @Override
            public void onHistoryComplete(
                    String feed, Timeframe timeframe, boolean byTheClock, long lastClose) {
                handling.onHistoryComplete(feed, timeframe, byTheClock, lastClose);
            }

            @Override
            public boolean hasHandled(String feed, long closeTimeMillis) {
                return handling.hasHandled(feed, closeTimeMillis);
            }
        };
    }
}
