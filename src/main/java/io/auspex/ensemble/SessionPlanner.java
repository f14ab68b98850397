package io.auspex.ensemble;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.ingest.CandleStore;
import io.auspex.ingest.HistoryLoaded;
import io.auspex.market.Timeframe;
import io.auspex.model.ModelKind;
import io.auspex.model.TargetSpec;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.RegisteredModel;
import io.auspex.retraining.FeedModel;
import io.auspex.signals.SignalPipeline;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes the plan of a session: its period, who takes part in which version, and when trades end.
 */
@ApplicationScoped
class SessionPlanner {

    private static final int DEFAULT_DAYS = 30;

    /** Candles that a session replays in a minute, by all members together; rather few. */
    private static final double CANDLES_A_MINUTE = 300_000;

    private final CandleStore candles;
    private final ModelRegistry registry;
    private final WeightStore weights;
    private final SignalPipeline pipeline;
    private final EnsembleRecords records;
    private final EnsembleConfig config;
    private volatile @Nullable HistoryLoaded feed;

    SessionPlanner(
            CandleStore candles,
            ModelRegistry registry,
            WeightStore weights,
            SignalPipeline pipeline,
            EnsembleRecords records,
            EnsembleConfig config) {
        this.candles = candles;
        this.registry = registry;
        this.weights = weights;
        this.pipeline = pipeline;
        this.records = records;
        this.config = config;
    }

    /** The feed whose stored candles are replayed. */
    void isRunning(HistoryLoaded loaded) {
        feed = loaded;
    }

    /** The feed that runs; empty before its history is there. */
    Optional<HistoryLoaded> feed() {
        return Optional.ofNullable(feed);
    }

    /** Blocking. */
    SessionPlan plan(Reinforcement.Request request) {
        int days = Objects.requireNonNullElse(request.testPeriodDays(), DEFAULT_DAYS);
        if (days < 1 || days > config.maxDays()) {
            throw new Failure(
                    Failure.Category.INVALID,
                    "invalid-field",
                    "test_period_days must be 1 to %d: %d".formatted(config.maxDays(), days));
        }
        LearningRule learning =
                config.learning(
                        Objects.requireNonNullElse(request.learningRate(), config.learningRate()),
                        Objects.requireNonNullElse(
                                request.rewardMultiplier(), config.rewardMultiplier()),
                        Objects.requireNonNullElse(
                                request.punishmentMultiplier(), config.punishmentMultiplier()));
        HistoryLoaded loaded =
                feed().orElseThrow(() -> noCandles("no feed has delivered its history yet"));
        Timeframe base = loaded.timeframe();
        CandleStore.Extent extent = candles.extent(loaded.feed(), base);
        long to =
                extent.lastCloseTimeMillis()
                        .orElseThrow(() -> noCandles("no candle of the feed is stored yet"));
        long first = extent.firstCloseTimeMillis().orElse(to);
        long after = Math.max(first, to - Duration.ofDays(days).toMillis());
        Weights inForce = Await.item(weights::weights);
        Map<String, String> leftOut = new LinkedHashMap<>();
        List<SessionPlan.Planned> members = new ArrayList<>();
        for (String member : Members.inOrder(inForce.weights().keySet())) {
            if (inForce.of(member) > 0) {
                switch (participant(member, loaded, inForce.of(member), first, after)) {
                    case Participant.Takes takes -> members.add(takes.planned());
                    case Participant.Absent absent -> leftOut.put(member, absent.reason());
                }
            }
        }
        requireEnough(learning, members, leftOut);
        TargetSpec targets = FeedModel.spec("targets", loaded.feed(), base).targets();
        return new SessionPlan(
                loaded.feed(),
                base,
                loaded.symbols().size(),
                days,
                Instant.ofEpochMilli(after),
                Instant.ofEpochMilli(to),
                learning.learningRate(),
                learning.rewardMultiplier(),
                learning.punishmentMultiplier(),
                request.apply(),
                inForce.revision(),
                members,
                leftOut,
                new SessionPlan.Exits(
                        targets.horizonCandles() * base.millis(),
                        targets.stopThreshold(),
                        pipeline.rule().roundTripFee()));
    }

    /** In minutes, rounded up to hundredths. */
    double estimatedMinutes(SessionPlan plan) {
        double closes =
                (plan.to().toEpochMilli() - plan.after().toEpochMilli())
                        / (double) plan.timeframe().millis();
        double minutes = closes * plan.symbols() * plan.members().size() / CANDLES_A_MINUTE;
        return Math.max(0.01, Math.ceil(100 * minutes) / 100);
    }

    /** Whether a member can be replayed. */
    private sealed interface Participant {
        record Takes(SessionPlan.Planned planned) implements Participant {}

        record Absent(String reason) implements Participant {}
    }

    private Participant participant(
            String member, HistoryLoaded loaded, double weight, long first, long after) {
        if (member.equals(Members.TRADING)) {
            // Its calibration is fitted on what comes before the period.
            return new Participant.Takes(
                    new SessionPlan.Planned(
                            member,
                            null,
                            IndicatorRules.VERSION,
                            false,
                            weight,
                            Instant.ofEpochMilli(first),
                            Instant.ofEpochMilli(after)));
        }
        Optional<String> model = Members.model(member, loaded.feed(), loaded.timeframe());
        if (model.isEmpty()) {
            return recorded(member, loaded, weight, after);
        }
        Optional<RegisteredModel> registered =
                Await.item(() -> registry.model(model.get()))
                        .filter(known -> known.spec().kind() == ModelKind.MARKET)
                        .filter(known -> known.spec().market().coversFeed(loaded.feed()));
        if (registered.isEmpty()) {
            return new Participant.Absent("no model " + model.get() + " speaks for this market");
        }
        Integer champion = registered.get().champion();
        if (champion == null) {
            return new Participant.Absent(
                    "inactive: no version of " + model.get() + " has been promoted");
        }
        ModelVersion version =
                Await.item(() -> registry.version(model.get(), champion)).orElseThrow();
        if (!version.report().path("inspection").path("live").asBoolean(true)) {
            return new Participant.Absent(
                    "the features of " + model.get() + " are not computed here");
        }
        JsonNode data = version.report().path("data");
        return new Participant.Takes(
                new SessionPlan.Planned(
                        member,
                        model.get(),
                        champion,
                        version.unproven(),
                        weight,
                        time(data.path("from")),
                        time(data.path("to"))));
    }

    /** Of one that cannot be asked again: where the ledger has what it said, it says so again. */
    private Participant recorded(String member, HistoryLoaded loaded, double weight, long after) {
        return records.answered(loaded.feed(), member, after, Long.MAX_VALUE) > 0
                ? new Participant.Takes(
                        new SessionPlan.Planned(member, null, 0, true, weight, null, null))
                : new Participant.Absent(
                        "it cannot be asked about the past, and no answer of it is recorded in the period");
    }

    private static void requireEnough(
            LearningRule learning, List<SessionPlan.Planned> members, Map<String, String> leftOut) {
        if (!learning.isFeasible(members.size())) {
            throw new Failure(
                    Failure.Category.CONFLICT,
                    "too-few-members",
                    "weights can be learnt with 2 members or more that can answer; there are %d; left out: %s"
                            .formatted(members.size(), leftOut));
        }
    }

    private static @Nullable Instant time(JsonNode text) {
        try {
            return text.isTextual() ? Instant.parse(text.asText()) : null;
        } catch (DateTimeException unreadable) {
            return null;
        }
    }

    private static Failure noCandles(String reason) {
        return new Failure(Failure.Category.NOT_READY, "no-candles", reason);
    }
}
