package io.auspex.feedback;

import io.auspex.features.FeatureSchema;
import io.auspex.features.Readiness;
import io.auspex.feedback.OutcomeStore.Judged;
import io.auspex.model.FeatureProfile;
import io.auspex.model.TargetSpec;
import io.auspex.serving.FeatureVector;
import io.auspex.serving.LiveVector;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of one champion since it took over, and when the market changed before, or of
 * the combined signals of several models, in bounded memory. One thread changes it ({@link #judge},
 * {@link #see}, {@link #publish}); what it published last, and its guards, may be read by any.
 */
final class ChampionFeedback {

    private static final int REMEMBERED_PER_HORIZON = 6;

    private final String model;
    private volatile int version;
    private final boolean isTogether;
    private final long horizonMillis;
    private final FeatureSchema schema;
    private final TrainedFacts facts;
    private final FeedbackConfig config;
    private final Scoreboard scores;
    private final BaseReference reference;
    private final LossWatch losses;
    private final LossWatch turns;
    private final ExcessLoss moves;
    private final ExcessLoss directions;
    private final CoverageBand band;
    private final DriftWindow window;
    private final @Nullable RangeGuard range;
    private final LongAdder heldByRange = new LongAdder();
    private final LongAdder heldByCoverage = new LongAdder();
    private long seenMillis = Long.MIN_VALUE;
    private int closesSeen;
    private List<FeatureDrift> drift = List.of();
    private volatile LiveFigures figures;
    private volatile Optional<String> coverageReason = Optional.empty();

    ChampionFeedback(
            String model,
            int version,
            FeatureSchema schema,
            TargetSpec targets,
            long horizonMillis,
            TrainedFacts facts,
            FeedbackConfig config) {
        this(model, version, false, schema, targets, horizonMillis, facts, config);
    }

    /**
     * Of signals that models give together. Their versions follow each other, and all count; nobody
     * was trained as a whole, so there are no features to drift and no interval to keep.
     */
    static ChampionFeedback together(
            String name, TargetSpec targets, long horizonMillis, FeedbackConfig config) {
        return new ChampionFeedback(
                name,
                0,
                true,
                FeatureSchema.of(List.of(name)),
                targets,
                horizonMillis,
                new TrainedFacts(Map.of(), null, null, null),
                config);
    }

    private ChampionFeedback(
            String model,
            int version,
            boolean isTogether,
            FeatureSchema schema,
            TargetSpec targets,
            long horizonMillis,
            TrainedFacts facts,
            FeedbackConfig config) {
        this.model = model;
        this.version = version;
        this.isTogether = isTogether;
        this.horizonMillis = horizonMillis;
        this.schema = schema;
        this.facts = facts;
        this.config = config;
        scores = new Scoreboard(config.recent(), config.window(), config.windows());
        reference = BaseReference.of(facts.total());
        moves = new ExcessLoss(horizonMillis, config.testedHorizons());
        directions = new ExcessLoss(horizonMillis, config.testedHorizons());
        losses = LossWatch.ofLoss(horizonMillis, config.delta());
        turns = LossWatch.ofDirection(horizonMillis, config.delta());
        band = new CoverageBand(config.coverageErrors(), targets.horizonCandles());
        window = new DriftWindow(config.driftSymbols());
        FeatureProfile profile = facts.profile();
        range =
                profile == null
                        ? null
                        : new RangeGuard(
                                schema, profile, config.rangeMargin(), config.rangeShare());
        figures = LiveFigures.none(model, version);
    }

    String model() {
        return model;
    }

    int version() {
        return version;
    }

    FeatureSchema schema() {
        return schema;
    }

    /** The first close that it learnt from; null when nobody knows. */
    @Nullable Instant dataFrom() {
        return facts.dataFrom();
    }

    /** From one remembered close of others to the next: a few in each horizon say it all. */
    long rememberedStepMillis() {
        return Math.max(1, horizonMillis / REMEMBERED_PER_HORIZON);
    }

    /**
     * Takes outcomes in the order of their closes. Those of other versions, due after this one took
     * over, are only remembered.
     */
    void judge(List<Judged> outcomes) {
        for (Judged judged : outcomes) {
            if (isTogether || judged.signal().version() == version) {
                version = judged.signal().version();
                JudgedForecast.of(judged.signal(), judged.outcome(), facts.halfWidth())
                        .ifPresent(this::judge);
            } else {
                remember(judged);
            }
        }
    }

    /**
     * Takes outcomes of the champions before, in the order of their closes, as far back as this one
     * has learnt from: a champion that knows only the time since a change must not be led back to
     * that change by the next one. They say nothing of this champion, only when the market changed.
     */
    void remember(List<Judged> outcomes) {
        outcomes.forEach(this::remember);
    }

    private void remember(Judged judged) {
        Instant from = facts.dataFrom();
        long closeTimeMillis = judged.signal().closeTimeMillis();
        if (from == null
                || closeTimeMillis <= from.toEpochMilli()
                || closeTimeMillis % rememberedStepMillis() != 0) {
            return;
        }
        JudgedForecast.of(judged.signal(), judged.outcome(), facts.halfWidth())
                .ifPresent(forecast -> {
                    double up = reference.up();
                    double down = reference.down();
                    moves.remember(closeTimeMillis, forecast.loss(), forecast.loss(up, down));
                    if (forecast.moved()) {
                        directions.remember(
                                closeTimeMillis,
                                forecast.directionLoss(),
                                forecast.directionLoss(up, down));
                    }
                });
    }

    private void judge(JudgedForecast forecast) {
        double up = reference.up();
        double down = reference.down();
        reference.learn(forecast);
        scores.add(forecast, up, down);
        losses.add(forecast.closeTimeMillis(), forecast.loss());
        moves.add(forecast.closeTimeMillis(), forecast.loss(), forecast.loss(up, down));
        if (forecast.moved()) {
            double loss = forecast.directionLoss();
            double base = forecast.directionLoss(up, down);
            directions.add(forecast.closeTimeMillis(), loss, base);
            turns.add(forecast.closeTimeMillis(), loss - base);
        }
    }

    /**
     * Takes the live vectors as of the last close; a close that was seen before is passed over.
     *
     * @return whether the features were compared anew
     */
    boolean see(Collection<LiveVector> vectors) {
        FeatureProfile profile = facts.profile();
        if (profile == null) {
            return false;
        }
        long newest =
                vectors.stream().mapToLong(LiveVector::closeTimeMillis).max().orElse(seenMillis);
        if (newest <= seenMillis) {
            return false;
        }
        seenMillis = newest;
        List<FeatureVector> ready = new ArrayList<>(vectors.size());
        for (LiveVector vector : vectors) {
            if (vector.closeTimeMillis() == newest
                    && vector.readiness() instanceof Readiness.Ready) {
                ready.add(vector.values());
            }
        }
        window.add(ready);
        if (++closesSeen % config.driftEvery() != 0) {
            return false;
        }
        drift = window.compare(profile, schema);
        return true;
    }

    /** Makes what was taken visible. */
    void publish() {
        Optional<OutcomeWindow> recent = scores.recent();
        figures =
                new LiveFigures(
                        model,
                        version,
                        scores.windows(),
                        recent.orElse(null),
                        drift,
                        losses.shift().orElse(null),
                        turns.shift().orElse(null),
                        moves.deficit().orElse(null),
                        directions.deficit().orElse(null));
        coverageReason = recent.flatMap(this::coverageReason);
    }

    private Optional<String> coverageReason(OutcomeWindow recent) {
        Double coverage = recent.coverage();
        int closes = scores.recentCloses();
        return coverage == null || closes == 0
                ? Optional.empty()
                : band.check(coverage, recent.outcomes(), closes);
    }

    /** As of the last {@link #publish}. */
    LiveFigures figures() {
        return figures;
    }

    /** Why a row that this version scored should not become an action. */
    Optional<String> reasonToAbstain(FeatureVector row) {
        Optional<String> coverage = coverageReason;
        if (coverage.isPresent()) {
            heldByCoverage.increment();
            return coverage;
        }
        Optional<String> outside = range == null ? Optional.empty() : range.check(row);
        if (outside.isPresent()) {
            heldByRange.increment();
        }
        return outside;
    }

    /** What the guards do now. */
    List<GuardState> guards() {
        if (isTogether) {
            return List.of(
                    new GuardState(
                            "members",
                            false,
                            0,
                            "those of each member act: who is held back is left out of the signal,"
                                    + " and its reason says so"));
        }
        Optional<String> reason = coverageReason;
        return List.of(
                new GuardState(
                        "coverage",
                        reason.isPresent(),
                        heldByCoverage.sum(),
                        reason.orElseGet(this::coverageDetail)),
                new GuardState(
                        "range",
                        false,
                        heldByRange.sum(),
                        range == null
                                ? "no profile: the version's report does not say what training saw,"
                                        + " every row passes"
                                : "looks at every row"));
    }

    private String coverageDetail() {
        OutcomeWindow recent = figures.recent();
        if (facts.halfWidth() == null) {
            return "no interval: the version's report has no conformal quantile, every row passes";
        }
        if (recent == null || recent.outcomes() < config.recent()) {
            return "%d of %d outcomes are there, every row passes until then"
                    .formatted(recent == null ? 0 : recent.outcomes(), config.recent());
        }
        return "the 80 % interval keeps its promise";
    }
}
