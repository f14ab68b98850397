package io.auspex.ingest;

import io.auspex.ingest.IngestSnapshot.State;
import io.auspex.ingest.IngestSnapshot.Waiting;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
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
import java.util.SortedMap;
import java.util.TreeMap;

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
    private final SortedMap<String, Waiting> waiting = new TreeMap<>();
    private Optional<Duration> clockAhead = Optional.empty();
    private long missing;
    private long repaired;
    private long corrections;
    private long unreadable;
    private boolean hasItsPlace;
    private long arrivedNanos;

    @Inject
    IngestStatus(InstantSource clock, MeterRegistry metrics) {
        this.clock = clock;
        Gauge.builder("auspex.feed.lag", this, IngestStatus::lagSeconds)
                .description("Time since the last live close arrived")
                .baseUnit("seconds")
                .register(metrics);
        Gauge.builder("auspex.feed.timeframe", this, IngestStatus::timeframeSeconds)
                .description("Time from one close of the feed to the next")
                .baseUnit("seconds")
                .register(metrics);
        Gauge.builder("auspex.feed.candles", this, status -> status.snapshot().candlesStored())
                .description("Candles of the feed in the store")
                .register(metrics);
        Gauge.builder("auspex.feed.refused", this, status -> status.snapshot().refusedCount())
                .description("Rows refused by this run of the feed")
                .register(metrics);
        Gauge.builder("auspex.feed.missing", this, status -> status.snapshot().missing())
                .description("Candles that closes of this run went on without")
                .register(metrics);
        Gauge.builder("auspex.feed.waiting", this, IngestStatus::waitingSeconds)
                .description("Time for which the feed has been waiting for what it needs; 0 if not")
                .baseUnit("seconds")
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
                failure,
                List.copyOf(waiting.values()),
                clockAhead,
                missing,
                repaired,
                corrections,
                unreadable);
    }

    /**
     * Whether this process has found its place: it runs a feed, has caught up with the one that
     * another process runs, or there is none. Before, it cannot know what it lacks.
     */
    public synchronized boolean hasItsPlace() {
        return hasItsPlace;
    }

    synchronized void hasFoundItsPlace() {
        hasItsPlace = true;
    }

    synchronized void loading(Feed source, CandleStore.Extent stored) {
        state = State.LOADING;
        feed = Optional.of(source.identity());
        timeframe = Optional.of(source.timeframe().code());
        symbols = source.symbols();
        failure = Optional.empty();
        refused.clear();
        refusedCount = 0;
        waiting.clear();
        clockAhead = Optional.empty();
        missing = 0;
        repaired = 0;
        corrections = 0;
        unreadable = 0;
        stored(stored);
    }

    /** Another process runs the feed. */
    synchronized void follows(
            State next, IngestedFeeds.Ingested source, CandleStore.Extent extent) {
        state = next;
        feed = Optional.of(source.feed());
        timeframe = Optional.of(source.timeframe().code());
        symbols = source.symbols();
        failure = Optional.empty();
        waiting.clear();
        // What arrived while this process had the lead says nothing of the feed any more.
        lastArrival = Optional.empty();
        stored(extent);
    }

    synchronized void storedElsewhere(MarketClose close) {
        candlesStored += close.candles().size();
        storedLive(close.closeTimeMillis());
    }

    synchronized void stored(CandleStore.Extent extent) {
        candlesStored = extent.candles();
        firstClose = extent.firstCloseTimeMillis();
        lastClose = extent.lastCloseTimeMillis();
    }

    synchronized void arrived() {
        lastArrival = Optional.of(clock.instant());
        arrivedNanos = System.nanoTime();
    }

    /** When the newest close arrived, of {@link System#nanoTime}. */
    synchronized long arrivedNanos() {
        return arrivedNanos;
    }

    synchronized void storedLive(long closeTimeMillis) {
        lastClose = OptionalLong.of(closeTimeMillis);
        if (firstClose.isEmpty()) {
            firstClose = lastClose;
        }
    }

    /** Counts what a write did, when the candles are not counted otherwise. */
    synchronized void wrote(CandleStore.Written written) {
        candlesStored += written.added();
        wroteHistory(written);
    }

    /** History is counted as a whole when it is complete. */
    synchronized void wroteHistory(CandleStore.Written written) {
        repaired += written.repaired();
        corrections += written.corrections();
    }

    synchronized void waiting(String what, String reason) {
        Instant since = waiting.containsKey(what) ? waiting.get(what).since() : clock.instant();
        waiting.put(what, new Waiting(what, since, reason));
    }

    synchronized void noLongerWaiting(String what) {
        waiting.remove(what);
    }

    synchronized void clockCompared(Duration ahead) {
        clockAhead = Optional.of(ahead);
    }

    synchronized void follows(List<Symbol> followed) {
        symbols = List.copyOf(followed);
    }

    synchronized void missing(int candles) {
        missing += candles;
    }

    synchronized void unreadable() {
        unreadable++;
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

    private double timeframeSeconds() {
        return snapshot()
                .timeframe()
                .map(code -> Timeframe.of(code).millis() / 1e3)
                .orElse(Double.NaN);
    }

    private double waitingSeconds() {
        return snapshot().waiting().stream()
                .mapToDouble(
                        each -> Duration.between(each.since(), clock.instant()).toMillis() / 1e3)
                .max()
                .orElse(0);
    }

    private static Optional<Instant> instant(OptionalLong millis) {
        return millis.isPresent()
                ? Optional.of(Instant.ofEpochMilli(millis.getAsLong()))
                : Optional.empty();
    }
}
