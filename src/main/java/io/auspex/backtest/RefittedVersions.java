package io.auspex.backtest;

import io.auspex.backtest.RunState.Walk;
import io.auspex.feedback.RangeGuards;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.retraining.PastRefits;
import io.auspex.retraining.PastRefits.Champion;
import io.auspex.retraining.PastRefits.Order;
import io.auspex.retraining.PastRefits.Result;
import io.auspex.serving.PastModel;
import io.auspex.triggers.RefitRules;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The versions that would have come of refits on schedule. A refit that is due at a moment is made
 * before the first close after it, from closes up to that moment; what the gate lets pass decides
 * from that close on. The first is due at the beginning of the period.
 */
final class RefittedVersions implements VersionSource {

    /** What it needs of the outside. */
    interface Refitting {

        /** Trains and judges; blocking. */
        Result refit(Order order, int number) throws IOException, InterruptedException;

        /** Keeps what came of it together with all before: it is not done twice. */
        void decided(int number, Instant due, Result result, Walk walk) throws InterruptedException;

        /** The champion of an earlier refit of this run. */
        Champion champion(int number);
    }

    private final long id;
    private final BacktestPlan plan;
    private final VersionPlan.Refits refits;
    private final CandleHistory history;
    private final RangeGuards guards;
    private final Refitting refitting;
    private final RefitRules.Time schedule;
    private Walk walk;
    private @Nullable Champion champion;
    private @Nullable OpenVersion open;
    private long closedNanos;

    RefittedVersions(
            long id,
            BacktestPlan plan,
            VersionPlan.Refits refits,
            Walk walk,
            CandleHistory history,
            RangeGuards guards,
            Refitting refitting) {
        this.id = id;
        this.plan = plan;
        this.refits = refits;
        this.walk = walk;
        this.history = history;
        this.guards = guards;
        this.refitting = refitting;
        this.schedule = new RefitRules.Time(true, refits.schedule(), refits.zone());
    }

    /** How many refits a plan asks for, no more than {@code most + 1}. */
    static int count(VersionPlan.Refits refits, Instant from, Instant to) {
        RefitRules.Time schedule = new RefitRules.Time(true, refits.schedule(), refits.zone());
        int count = 1;
        Optional<Instant> due = schedule.next(from);
        while (due.isPresent() && due.get().isBefore(to) && count <= refits.most()) {
            count++;
            due = schedule.next(due.get());
        }
        return count;
    }

    @Override
    public Optional<OpenVersion> at(long closeMillis, long beforeMillis)
            throws IOException, InterruptedException {
        Instant due = due(closeMillis);
        if (due != null && walk.refits() < refits.most()) {
            refit(due);
        }
        Integer number = walk.champion();
        if (number != null && open == null) {
            open = opened(champion(number));
        }
        return Optional.ofNullable(open);
    }

    /** The newest moment before a close that has not been dealt with; null when there is none. */
    private @Nullable Instant due(long closeMillis) {
        Instant close = Instant.ofEpochMilli(closeMillis);
        Instant last = walk.lastDue();
        Instant found = null;
        if (last == null) {
            found = plan.from().minusMillis(1);
            last = found;
        }
        Optional<Instant> next = schedule.next(last);
        while (next.isPresent() && next.get().isBefore(close)) {
            found = next.get();
            next = schedule.next(found);
        }
        return found;
    }

    private void refit(Instant due) throws IOException, InterruptedException {
        int number = walk.refits() + 1;
        long to = due.toEpochMilli();
        List<MarketClose> closes =
                history.closes(
                        plan.feed(),
                        plan.timeframe(),
                        PastRefits.closesAfter(refits.spec(), plan.symbols(), to),
                        to);
        Integer before = walk.champion();
        Result result =
                refitting.refit(
                        new Order(
                                "backtest-" + id + "-" + number,
                                refits.spec(),
                                plan.symbols(),
                                closes,
                                plan.seed() + number,
                                before == null ? null : champion(before)),
                        number);
        switch (result) {
            case Result.Promoted promoted -> {
                close();
                champion = promoted.champion();
                walk = new Walk(number, number, due);
            }
            case Result.Rejected _, Result.Failed _ -> walk = new Walk(number, before, due);
        }
        refitting.decided(number, due, result, walk);
    }

    private Champion champion(int number) {
        Champion known = champion;
        if (known == null) {
            known = refitting.champion(number);
            champion = known;
        }
        return known;
    }

    private OpenVersion opened(Champion from) {
        PastModel past = PastModel.open(from.onnx(), plan.model(), from.version(), from.unproven());
        return OpenVersion.of(past, plan.rule(), guards.of(past.model().schema(), from.report()));
    }

    @Override
    public boolean hasSeen(long closeMillis) {
        return false;
    }

    @Override
    public Walk walk() {
        return walk;
    }

    @Override
    public long scoringNanos() {
        return closedNanos + (open == null ? 0 : open.past().scoringNanos());
    }

    @Override
    public void close() {
        if (open != null) {
            closedNanos += open.past().scoringNanos();
            open.close();
            open = null;
        }
    }
}
