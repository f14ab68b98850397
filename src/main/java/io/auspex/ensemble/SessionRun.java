package io.auspex.ensemble;

import io.auspex.ingest.CandleStore;
import io.auspex.market.MarketClose;
import io.auspex.model.TargetSpec;
import io.auspex.platform.Await;
import io.auspex.registry.ModelRegistry;
import io.auspex.signals.DecisionRule;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Works a session off, from its last checkpoint to its end, on the thread that calls it. What is
 * stored at a checkpoint is all that the rest depends on, so that a session that was interrupted
 * ends with the bits of one that was not.
 */
final class SessionRun {

    /** Trades between two checkpoints, however little time has passed. */
    private static final int MAX_BUFFERED = 2_000;

    private final SessionStore.Stored stored;
    private final Tools tools;
    private final BooleanSupplier stopped;
    private final List<Replay.Closed> buffer = new ArrayList<>();
    private long closes;
    private long number;
    private long throughMillis;
    private long keptNanos;

    /**
     * What a run works with.
     *
     * @param owner who holds the lease
     * @param nanoTime for the time between checkpoints
     */
    record Tools(
            SessionStore store,
            CandleStore candles,
            ModelRegistry registry,
            RuleCalibrations calibrations,
            EnsembleRecords records,
            DecisionRule rule,
            EnsembleConfig config,
            String owner,
            LongSupplier nanoTime) {}

    /** Ends the reading of candles. */
    static final class InterruptedRunException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        InterruptedRunException() {
            super("the session is not ours to go on with", null, false, false);
        }
    }

    /**
     * @param stopped asked after every close
     */
    SessionRun(SessionStore.Stored stored, Tools tools, BooleanSupplier stopped) {
        this.stored = stored;
        this.tools = tools;
        this.stopped = stopped;
    }

    /**
     * Replays the rest.
     *
     * @return as of the end of the period, all of it stored
     * @throws InterruptedRunException when it was stopped, or is somebody else's by now
     */
    Replay run() {
        SessionPlan plan = stored.session().plan();
        Checkpoint checkpoint = stored.checkpoint();
        RuleCalibration calibration =
                checkpoint == null ? calibration(plan) : checkpoint.calibration();
        closes = checkpoint == null ? 0 : checkpoint.closes();
        number = checkpoint == null ? 0 : checkpoint.number();
        throughMillis =
                checkpoint == null ? plan.after().toEpochMilli() : checkpoint.throughMillis();
        keptNanos = tools.nanoTime().getAsLong();
        LearningRule learning =
                tools.config()
                        .learning(
                                plan.learningRate(),
                                plan.rewardMultiplier(),
                                plan.punishmentMultiplier());
        try (SessionReplay replay =
                new SessionReplay(
                        plan,
                        tools.rule(),
                        learning,
                        tools.registry(),
                        tools.candles(),
                        tools.records(),
                        checkpoint,
                        calibration)) {
            tools.candles()
                    .forEachClose(
                            plan.feed(),
                            plan.timeframe(),
                            throughMillis,
                            plan.to().toEpochMilli(),
                            close -> take(replay, close, calibration));
            keep(replay, calibration);
            return replay.replay();
        }
    }

    private void take(
            SessionReplay replay, MarketClose close, @Nullable RuleCalibration calibration) {
        if (stopped.getAsBoolean()) {
            keep(replay, calibration);
            throw new InterruptedRunException();
        }
        List<Replay.Closed> closed = replay.accept(close);
        buffer.addAll(closed);
        number += closed.size();
        closes++;
        throughMillis = close.closeTimeMillis();
        if (buffer.size() >= MAX_BUFFERED
                || tools.nanoTime().getAsLong() - keptNanos
                        >= tools.config().checkpoint().toNanos()) {
            keep(replay, calibration);
        }
    }

    private void keep(SessionReplay replay, @Nullable RuleCalibration calibration) {
        SessionPlan plan = stored.session().plan();
        Checkpoint checkpoint =
                new Checkpoint(throughMillis, closes, number, replay.replay().state(), calibration);
        long length = Math.max(1, plan.to().toEpochMilli() - plan.after().toEpochMilli());
        int progress =
                Math.toIntExact(
                        Math.clamp(
                                100 * (throughMillis - plan.after().toEpochMilli()) / length,
                                0,
                                99));
        boolean ours =
                Await.item(() ->
                        tools.store()
                                .checkpoint(
                                        stored.session().sessionId(),
                                        tools.owner(),
                                        tools.config().lease(),
                                        checkpoint,
                                        progress,
                                        List.copyOf(buffer)));
        if (!ours) {
            throw new InterruptedRunException();
        }
        buffer.clear();
        keptNanos = tools.nanoTime().getAsLong();
    }

    /** On what was known when the period began, so that the rules have not seen it. */
    private @Nullable RuleCalibration calibration(SessionPlan plan) {
        return plan.members().stream().anyMatch(member -> member.name().equals(Members.TRADING))
                ? tools.calibrations()
                        .fit(
                                plan.feed(),
                                plan.timeframe(),
                                TargetSpec.standard(),
                                plan.symbols(),
                                plan.after().toEpochMilli())
                        .orElse(null)
                : null;
    }
}
