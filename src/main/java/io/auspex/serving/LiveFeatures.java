package io.auspex.serving;

import io.auspex.features.FeatureSchema;
import io.auspex.market.Candle;
import io.auspex.market.CandleHistory;
import io.auspex.market.CandlesRepaired;
import io.auspex.market.CloseFollowed;
import io.auspex.market.FeedFollowed;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The live feature vectors: one streaming state per schema that a serving model uses, fed with
 * every close. One thread feeds ({@link #accept}), swaps prepare new schemas meanwhile, and any
 * number of threads read the last published vectors without a lock.
 *
 * <p>A state is built from the stored closes, and each state knows the last close it had. So one
 * that was built beside the running feed neither misses a close (it catches up to the last one
 * accepted, under the lock that the feed takes too) nor has one twice (what it had is passed over).
 */
@ApplicationScoped
public class LiveFeatures {

    private static final Logger LOG = Logger.getLogger(LiveFeatures.class);

    private final CandleHistory history;

    /** Held by whoever changes a state, a use or the market. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<String, FeatureState> states = new ConcurrentHashMap<>();
    private final List<Use> uses = new ArrayList<>();
    private volatile @Nullable LiveMarket market;
    private long acceptedMillis = Long.MIN_VALUE;

    /** The newest close that the states have, from the feed or from the store. */
    private long newestMillis = Long.MIN_VALUE;

    /** What the states have ahead of {@link #accept}; the store may not have it. */
    private @Nullable MarketClose ahead;

    /** Whether the closes come from the store, where another process puts them. */
    private boolean isFollowing;

    /** Set when the stored closes are no longer those that the states were built from. */
    private volatile boolean isStale;

    LiveFeatures(CandleHistory history) {
        this.history = history;
    }

    /**
     * Takes the next close of the feed, which is in the store already, and publishes the vectors of
     * every schema in use. The first close of a feed follows it. One thread; blocks while a state
     * catches up.
     *
     * @throws IllegalArgumentException when the close is not newer than the last
     */
    public void accept(MarketClose close) {
        lock.lock();
        try {
            LiveMarket live = following(close);
            requireNext(close);
            if (ahead == null) {
                advance(live, close);
            } else {
                name(live, close);
            }
            ahead = null;
            acceptedMillis = close.closeTimeMillis();
            newestMillis = Math.max(newestMillis, acceptedMillis);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the next close ahead of {@link #accept}, while it is being stored, and publishes its
     * vectors. If another one is accepted then, or the feed is followed anew, it is as if this one
     * had never been here.
     *
     * @return false when nothing was done: the states have to be built first
     * @throws IllegalArgumentException when the close is not newer than the last
     */
    public boolean acceptAhead(MarketClose close) {
        lock.lock();
        try {
            LiveMarket live = market;
            Timeframe timeframe = close.candles().getFirst().timeframe();
            if (live == null
                    || isFollowing
                    || isStale
                    || ahead != null
                    || !isLive(close.feed(), timeframe)) {
                return false;
            }
            requireNext(close);
            boolean isWhole = false;
            try {
                publish(close);
                isWhole = true;
            } finally {
                if (!isWhole) {
                    // Some states may have it, and some not.
                    isStale = true;
                }
            }
            ahead = close;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void requireNext(MarketClose close) {
        if (close.closeTimeMillis() <= acceptedMillis) {
            throw new IllegalArgumentException(
                    "close "
                            + close.closeTimeMillis()
                            + " is not after "
                            + acceptedMillis
                            + ", the last one accepted");
        }
    }

    private void advance(LiveMarket live, MarketClose close) {
        if (isStale) {
            rebuild(live, close.closeTimeMillis() - 1);
        }
        publish(close);
        name(live, close);
    }

    private void publish(MarketClose close) {
        for (FeatureState state : states.values()) {
            state.accept(close);
            state.publish();
        }
    }

    private void name(LiveMarket live, MarketClose close) {
        market = live.with(close.candles().stream().map(Candle::symbol).toList());
    }

    /**
     * Follows a feed from its stored history on, so that there are vectors before its first live
     * close. Blocking. A feed that is followed already stays as it is, unless its closes came from
     * the store: its first live close may be one of them.
     */
    public void follow(String feed, Timeframe timeframe) {
        lock.lock();
        try {
            if (isFollowing || ahead != null || !isLive(feed, timeframe)) {
                beginFromStore(feed, timeframe);
            }
            isFollowing = false;
        } finally {
            lock.unlock();
        }
    }

    /** Another process takes the closes in: the vectors follow what it stores. */
    void followed(@Observes FeedFollowed news) {
        lock.lock();
        try {
            beginFromStore(news.feed(), news.timeframe());
            isFollowing = true;
        } finally {
            lock.unlock();
        }
    }

    /** A close that another process has stored; one that the states have is passed over. */
    void stored(@Observes CloseFollowed news) {
        MarketClose close = news.close();
        lock.lock();
        try {
            LiveMarket live = market;
            if (!isFollowing
                    || live == null
                    || !live.feed().equals(close.feed())
                    || close.closeTimeMillis() <= newestMillis) {
                return;
            }
            advance(live, close);
            newestMillis = close.closeTimeMillis();
        } finally {
            lock.unlock();
        }
    }

    private void beginFromStore(String feed, Timeframe timeframe) {
        long last = history.lastClose(feed, timeframe).orElse(Long.MIN_VALUE);
        LiveMarket _ = begin(new LiveMarket(feed, timeframe, new TreeSet<>()), last);
    }

    /**
     * Candles that were missing are stored by now: the states are built again before the next
     * close, so that what is served from then on has the bits that training computes from the
     * store.
     */
    void repaired(@Observes CandlesRepaired news) {
        LiveMarket live = market;
        if (live != null
                && live.feed().equals(news.feed())
                && live.timeframe() == news.timeframe()) {
            isStale = true;
        }
    }

    /** Publishes the vectors of the last close once more: the same ones. */
    public void publishAgain() {
        lock.lock();
        try {
            states.values().forEach(FeatureState::publish);
        } finally {
            lock.unlock();
        }
    }

    /** The market that is followed; empty before there is one. */
    public Optional<LiveMarket> market() {
        return Optional.ofNullable(market);
    }

    /**
     * The last vector of a symbol; empty when the schema is in no use or the symbol was not seen.
     */
    public Optional<LiveVector> vector(String schemaHash, Symbol symbol) {
        return Optional.ofNullable(vectors(schemaHash).get(symbol));
    }

    /** The vectors of all symbols as of one close, ordered by symbol; none for an unused schema. */
    public Map<Symbol, LiveVector> vectors(String schemaHash) {
        FeatureState state = states.get(schemaHash);
        return state == null ? Map.of() : state.vectors();
    }

    /** Hashes of the schemas that have a state. */
    public List<String> schemas() {
        return states.keySet().stream().sorted().toList();
    }

    /**
     * Makes the vectors of a schema available for a model of that market, from the stored closes,
     * while the feed goes on; blocking. For a market that is not live (yet) the use is only noted,
     * after a look whether the schema can be computed at all.
     *
     * @throws UnusableModelException when nobody can compute the schema
     */
    SchemaUse prepare(FeatureSchema schema, MarketSpec spec) throws UnusableModelException {
        FeatureState state = computable(schema);
        Use use = new Use(schema, spec);
        lock.lock();
        try {
            uses.add(use);
        } finally {
            lock.unlock();
        }
        boolean prepared = false;
        try {
            LiveMarket live = market;
            if (live != null && live.isCoveredBy(spec) && !states.containsKey(schema.hash())) {
                build(schema, state, live);
            }
            prepared = true;
            return use;
        } catch (IllegalArgumentException e) {
            throw notComputable(e);
        } finally {
            if (!prepared) {
                use.close();
            }
        }
    }

    /**
     * Makes the vectors of a schema available for somebody who is no model, until the use is
     * closed. Blocking.
     *
     * @throws IllegalArgumentException when nobody can compute the schema
     */
    public SchemaUse use(FeatureSchema schema, MarketSpec spec) {
        try {
            return prepare(schema, spec);
        } catch (UnusableModelException unusable) {
            throw new IllegalArgumentException(unusable.getMessage(), unusable);
        }
    }

    private static FeatureState computable(FeatureSchema schema) throws UnusableModelException {
        try {
            return new FeatureState(schema);
        } catch (IllegalArgumentException e) {
            throw notComputable(e);
        }
    }

    private static UnusableModelException notComputable(IllegalArgumentException e) {
        return new UnusableModelException("its features cannot be computed: " + e.getMessage(), e);
    }

    /** The long part runs beside the feed, the last closes under the lock. */
    private void build(FeatureSchema schema, FeatureState state, LiveMarket live) {
        long stored = history.lastClose(live.feed(), live.timeframe()).orElse(Long.MIN_VALUE);
        state.catchUp(history, live, stored);
        lock.lock();
        try {
            if (isLive(live.feed(), live.timeframe())) {
                state.catchUp(history, live, newestMillis);
                if (ahead != null) {
                    state.accept(ahead);
                }
                state.publish();
                states.putIfAbsent(schema.hash(), state);
            }
        } finally {
            lock.unlock();
        }
    }

    private LiveMarket following(MarketClose close) {
        LiveMarket live = market;
        Timeframe timeframe = close.candles().getFirst().timeframe();
        if (live != null
                && isLive(close.feed(), timeframe)
                && (ahead == null || ahead.equals(close))) {
            return live;
        }
        LiveMarket next = new LiveMarket(close.feed(), timeframe, new TreeSet<>());
        return begin(next, close.closeTimeMillis() - 1);
    }

    /** Leaves the market before, and builds every schema that a model of the new one uses. */
    private LiveMarket begin(LiveMarket next, long historyToMillis) {
        Map<String, FeatureState> built = new HashMap<>();
        for (Use use : uses) {
            if (next.isCoveredBy(use.spec) && !built.containsKey(use.schema.hash())) {
                fromHistory(use.schema, next, historyToMillis)
                        .ifPresent(state -> built.put(use.schema.hash(), state));
            }
        }
        states.clear();
        states.putAll(built);
        TreeSet<Symbol> seen = new TreeSet<>();
        built.values().forEach(state -> seen.addAll(state.vectors().keySet()));
        LiveMarket live = next.with(seen);
        // Not the end of the history: the feed may be about to hand over what is stored already.
        acceptedMillis = Long.MIN_VALUE;
        ahead = null;
        newestMillis = historyToMillis;
        market = live;
        return live;
    }

    /** When the history cannot be read now, the states stay as they are, and it is tried again. */
    private void rebuild(LiveMarket live, long historyToMillis) {
        isStale = false;
        Map<String, FeatureState> built = new HashMap<>();
        try {
            for (Use use : uses) {
                if (states.containsKey(use.schema.hash())
                        && !built.containsKey(use.schema.hash())) {
                    fromHistory(use.schema, live, historyToMillis)
                            .ifPresent(state -> built.put(use.schema.hash(), state));
                }
            }
        } catch (RuntimeException failure) {
            LOG.warnf("features are not built again from the repaired candles yet: %s", failure);
            isStale = true;
            return;
        }
        states.putAll(built);
    }

    /** One schema that does not fit the candles must not stop the feed of the others. */
    private Optional<FeatureState> fromHistory(
            FeatureSchema schema, LiveMarket next, long toMillis) {
        try {
            FeatureState state = new FeatureState(schema);
            state.catchUp(history, next, toMillis);
            state.publish();
            return Optional.of(state);
        } catch (IllegalArgumentException e) {
            LOG.errorf(e, "the features of schema %s cannot be computed live", schema.hash());
            return Optional.empty();
        }
    }

    private boolean isLive(String feed, Timeframe timeframe) {
        LiveMarket live = market;
        return live != null && live.feed().equals(feed) && live.timeframe() == timeframe;
    }

    /** One model's need of a schema; the last one of a schema takes the state along. */
    private final class Use implements SchemaUse {

        private final FeatureSchema schema;
        private final MarketSpec spec;
        private final AtomicBoolean closed = new AtomicBoolean();

        Use(FeatureSchema schema, MarketSpec spec) {
            this.schema = schema;
            this.spec = spec;
        }

        @Override
        public void close() {
            if (!closed.compareAndSet(false, true)) {
                return;
            }
            lock.lock();
            try {
                uses.remove(this);
                if (uses.stream().noneMatch(other -> other.schema.equals(schema))) {
                    states.remove(schema.hash());
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
