package io.auspex.triggers;

import io.auspex.feedback.LiveFigures;
import io.auspex.market.MarketClose;
import io.auspex.model.MarketSpec;
import io.auspex.retraining.Refit;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What this process remembers of one model between two closes, so that deciding needs no database.
 * Thread-safe; no method blocks.
 */
final class ModelTriggers {

    private final String model;
    private final MarketSpec market;
    private RefitRules rules;
    private boolean frozen;
    private Schedule schedule;
    private RefitHistory history;
    private @Nullable Long newCandles;
    private @Nullable RefitDecision latest;
    private @Nullable String storedKey;
    private boolean starting;
    private @Nullable Instant due;
    private @Nullable Instant dueAfter;

    /** What a decision needs from outside. */
    record Surroundings(
            Instant now,
            boolean trainerRuns,
            Optional<LiveFigures> figures,
            Function<Instant, @Nullable Long> closedTradesSince) {}

    ModelTriggers(String model, MarketSpec market, Stored stored) {
        this.model = model;
        this.market = market;
        this.rules = stored.rules();
        this.frozen = stored.frozen();
        this.schedule = rules.time().parsed();
        this.history = stored.history();
        this.storedKey = stored.latestKey();
    }

    /**
     * What the database knows of a model.
     *
     * @param frozen the registry's policy
     * @param latestKey of the newest stored decision; null when there is none
     * @param unnoted the newest refit, when nobody has noted the moment at which it began
     */
    record Stored(
            RefitRules rules,
            boolean frozen,
            RefitHistory history,
            @Nullable String latestKey,
            @Nullable Long unnoted) {}

    String model() {
        return model;
    }

    MarketSpec market() {
        return market;
    }

    synchronized RefitRules rules() {
        return rules;
    }

    /** Served as it is, by the registry's policy. */
    synchronized boolean frozen() {
        return frozen;
    }

    synchronized RefitHistory history() {
        return history;
    }

    synchronized Optional<RefitDecision> latest() {
        return Optional.ofNullable(latest);
    }

    synchronized Optional<Instant> due(Instant now) {
        return Optional.ofNullable(due(history.upTo(now)));
    }

    synchronized @Nullable Long newCandles() {
        return newCandles;
    }

    /** What other processes did, or a change of the rules; not while a start is under way. */
    synchronized void reload(Stored stored) {
        if (starting) {
            return;
        }
        boolean other = !Objects.equals(newest(stored.history()), newest(history));
        if (!rules.equals(stored.rules())) {
            rules = stored.rules();
            schedule = rules.time().parsed();
            dueAfter = null;
        }
        frozen = stored.frozen();
        history = stored.history();
        if (other) {
            newCandles = null;
        }
    }

    private static @Nullable Long newest(RefitHistory history) {
        return history.last().map(RefitHistory.Start::refit).orElse(null);
    }

    /** Candles since the last refit, as the store has counted them. */
    synchronized void counted(long candles) {
        newCandles = candles;
    }

    /** Whether the candles since the last refit are not known. */
    synchronized boolean isUncounted() {
        return newCandles == null;
    }

    synchronized void closed(MarketClose close) {
        Long before = newCandles;
        if (before != null) {
            newCandles =
                    before
                            + close.candles().stream()
                                    .filter(candle ->
                                            market.covers(
                                                    close.feed(),
                                                    candle.symbol(),
                                                    candle.timeframe()))
                                    .count();
        }
    }

    /** News of a refit of this model, whoever asked for it. */
    synchronized void progressed(Refit refit, Instant now) {
        switch (refit.state()) {
            case QUEUED, RUNNING -> {
                if (!history.knows(refit.id())) {
                    history =
                            history.started(
                                    new RefitHistory.Start(refit.id(), now, refit.createdAt()));
                    newCandles = 0L;
                }
            }
            case SUCCEEDED -> history = history.succeeded(refit.id());
            case FAILED -> history = history.failed(refit.id(), String.valueOf(refit.reason()));
            case CANCELLED -> history = history.cancelled(refit.id());
        }
    }

    /**
     * Decides. After a start nothing is decided until {@link #started} or {@link #notStarted}.
     *
     * @return empty while a start is under way
     */
    synchronized Optional<RefitDecision> decide(Surroundings around) {
        if (starting) {
            return Optional.empty();
        }
        RefitHistory known = history.upTo(around.now());
        RefitDecision decision =
                RefitDecider.decide(
                        new RefitInputs(
                                rules,
                                around.now(),
                                frozen,
                                around.trainerRuns(),
                                known,
                                due(known),
                                newCandles,
                                around.figures().orElse(null),
                                trades(known, around)));
        latest = decision;
        if (decision instanceof RefitDecision.Start) {
            starting = true;
        }
        return Optional.of(decision);
    }

    /** Whether a decision differs in kind from the one before; then it counts as told. */
    synchronized boolean isNews(RefitDecision decision) {
        if (decision.key().equals(storedKey)) {
            return false;
        }
        storedKey = decision.key();
        return true;
    }

    /** The refit that the rest of this process was told of is this decision's. */
    synchronized void started(long refit, Instant at, Instant requestedAt) {
        starting = false;
        storedKey = null;
        if (!history.knows(refit)) {
            history = history.started(new RefitHistory.Start(refit, at, requestedAt));
            newCandles = 0L;
        }
    }

    /** There is no refit: the database was away, or another process was faster. */
    synchronized void notStarted() {
        starting = false;
        storedKey = null;
    }

    private @Nullable Long trades(RefitHistory known, Surroundings around) {
        return known.last()
                .map(RefitHistory.Start::requestedAt)
                .map(around.closedTradesSince())
                .orElse(null);
    }

    private @Nullable Instant due(RefitHistory known) {
        Instant anchor = known.anchor();
        if (!anchor.equals(dueAfter)) {
            due = schedule.next(anchor).orElse(null);
            dueAfter = anchor;
        }
        return due;
    }
}
