package io.auspex.ingest;

import io.auspex.ingest.IngestSnapshot.State;
import io.auspex.market.Symbol;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What ingest does, for the status page and the metrics. Written by the feed's thread, read by any.
 */
@ApplicationScoped
public class IngestStatus {

    /** How many refused rows are kept. */
    public static final int MAX_REFUSED = 100;

    private final InstantSource clock;
    private final Deque<RefusedRow> refused = new ArrayDeque<>();
    private State state = State.OFF;
    private Optional<String> feed = Optional.empty();
    private Optional<String> timeframe = Optional.empty();
    private List<Symbol> symbols = List.of();
    private long candlesStored;
    private OptionalLong firstClose = OptionalLong.empty();
    private OptionalLong lastClose = OptionalLong.empty();
    private long liveCloses;
    private Optional<Instant> lastArrival = Optional.empty();
    private long refusedCount;
    private Optional<String> failure = Optional.empty();

    @Inject
    IngestStatus(InstantSource clock, MeterRegistry metrics) {
        this.clock = clock;
        Gauge.builder("auspex.feed.lag", this, IngestStatus::lagSeconds)
                .description("Time since the last live close arrived")
                .baseUnit("seconds")
                .register(metrics);
        Gauge.builder("auspex.feed.candles", this, status -> status.snapshot().candlesStored())
                .description("Candles of the feed in the store")
                .register(metrics);
        Gauge.builder("auspex.feed.refused", this, status -> status.snapshot().refusedCount())
                .description("Rows refused by this run of the feed")
                .register(metrics);
    }

    /** The state now. */
    public synchronized IngestSnapshot snapshot() {
        return new IngestSnapshot(
                state,
                feed,
                timeframe,
                symbols,
                candlesStored,
                instant(firstClose),
                instant(lastClose),
                liveCloses,
                lastArrival.map(arrival -> Duration.between(arrival, clock.instant())),
                refusedCount,
                List.copyOf(refused),
                failure);
    }

    synchronized void loading(Feed source, CandleStore.Extent stored) {
        state = State.LOADING;
        feed = Optional.of(source.identity());
        timeframe = Optional.of(source.timeframe().code());
        symbols = source.symbols();
        failure = Optional.empty();
        refused.clear();
        refusedCount = 0;
        stored(stored);
    }

    synchronized void stored(CandleStore.Extent extent) {
        candlesStored = extent.candles();
        firstClose = extent.firstCloseTimeMillis();
        lastClose = extent.lastCloseTimeMillis();
    }

    synchronized void arrived() {
        lastArrival = Optional.of(clock.instant());
    }

    synchronized void storedLive(long changedCandles, long closeTimeMillis) {
        candlesStored += changedCandles;
        lastClose = OptionalLong.of(closeTimeMillis);
        if (firstClose.isEmpty()) {
            firstClose = lastClose;
        }
    }

    synchronized void handled() {
        liveCloses++;
    }

    synchronized void refused(RefusedRow row) {
        refusedCount++;
        refused.addLast(row);
        if (refused.size() > MAX_REFUSED) {
            refused.removeFirst();
        }
    }

    synchronized void become(State next) {
        state = next;
    }

    synchronized void failed(String reason) {
        state = State.FAILED;
        failure = Optional.of(reason);
    }

    private double lagSeconds() {
        return snapshot().lag().map(lag -> lag.toMillis() / 1e3).orElse(Double.NaN);
    }

    private static Optional<Instant> instant(OptionalLong millis) {
        return millis.isPresent()
                ? Optional.of(Instant.ofEpochMilli(millis.getAsLong()))
                : Optional.empty();
    }
}
