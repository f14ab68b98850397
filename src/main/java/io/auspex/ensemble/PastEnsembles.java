package io.auspex.ensemble;

import io.auspex.ensemble.EnsembleRecords.From;
import io.auspex.ensemble.EnsembleTerms.LearningTerms;
import io.auspex.ensemble.EnsembleTerms.RuleStage;
import io.auspex.ensemble.EnsembleTerms.WeightStage;
import io.auspex.market.Timeframe;
import io.auspex.model.TargetSpec;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.retraining.FeedModel;
import io.auspex.signals.DecisionRule;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Opens the ensemble for whoever looks back, and says on what terms. Blocking. */
@ApplicationScoped
public class PastEnsembles {

    /** What the ensemble is called in the ledger. */
    public static final String NAME = Members.ENSEMBLE;

    /** The member that is a set of rules: it has no model. */
    public static final String RULES = Members.TRADING;

    private final EnsembleRecords records;
    private final WeightStore weights;
    private final RuleCalibrations calibrations;
    private final EnsembleConfig config;

    PastEnsembles(
            EnsembleRecords records,
            WeightStore weights,
            RuleCalibrations calibrations,
            EnsembleConfig config) {
        this.records = records;
        this.weights = weights;
        this.calibrations = calibrations;
        this.config = config;
    }

    /**
     * The market and the period that are looked at.
     *
     * @param from the first close
     * @param to the last close
     * @param symbols of the market
     */
    public record Period(String feed, Timeframe timeframe, Instant from, Instant to, int symbols) {}

    /**
     * What closed trades do to weights along the way; what is absent is as configured.
     *
     * @param learningRate in (0, 1]
     * @param rewardMultiplier more than 0, at most 10
     * @param punishmentMultiplier more than 0, at most 10
     */
    public record LearnRequest(
            @Nullable Double learningRate,
            @Nullable Double rewardMultiplier,
            @Nullable Double punishmentMultiplier) {}

    /** The first close that the ensemble spoke of; empty when it never did. */
    public Optional<Instant> firstSpoken(String feed, Timeframe timeframe) {
        return records.first(feed, timeframe).map(Instant::ofEpochMilli);
    }

    /** The standard members first, then the others by name. */
    public List<String> inOrder(Collection<String> members) {
        return Members.inOrder(members);
    }

    /** The model of a member in a market; empty for one that has none. */
    public Optional<String> model(String member, String feed, Timeframe timeframe) {
        return Members.model(member, feed, timeframe);
    }

    /** In how many closes of a period the ledger has an answer of a member. */
    public long recorded(String member, Period period) {
        return records.answered(
                period.feed(), member, period.from().toEpochMilli(), period.to().toEpochMilli());
    }

    /** The close from which on each version of a model spoke, as the ledger has it. */
    public Map<Instant, Integer> spoken(String model, Period period) {
        List<From<Integer>> versions =
                records.versions(
                        period.feed(),
                        model,
                        period.from().toEpochMilli(),
                        period.to().toEpochMilli(),
                        WeightTimeline.MOST);
        Map<Instant, Integer> byClose = new LinkedHashMap<>();
        versions.forEach(version ->
                byClose.put(Instant.ofEpochMilli(version.closeMillis()), version.value()));
        return byClose;
    }

    /**
     * The weights of a period.
     *
     * @param given by member, for the whole period; null for those as of each close
     * @throws Failure INVALID {@code invalid-field}, {@code too-many-weights}
     */
    public List<WeightStage> weights(Period period, @Nullable Map<String, Double> given) {
        if (given != null) {
            return List.of(new WeightStage(period.from(), 0, checked(given)));
        }
        Weights now = Await.item(weights::weights);
        return new WeightTimeline(now, history())
                .stages(
                        records.versions(
                                period.feed(),
                                NAME,
                                period.from().toEpochMilli(),
                                period.to().toEpochMilli(),
                                WeightTimeline.MOST),
                        period.from(),
                        period.to());
    }

    private List<WeightChange> history() {
        List<WeightChange> all = new ArrayList<>();
        long before = Long.MAX_VALUE;
        while (all.size() < WeightTimeline.MOST_ROWS) {
            long until = before;
            List<WeightChange> page =
                    Await.item(() -> weights.history(null, null, until, WeightStore.MAX_HISTORY));
            all.addAll(page);
            if (page.size() < WeightStore.MAX_HISTORY) {
                break;
            }
            before = page.getLast().id();
        }
        return all;
    }

    private static SortedMap<String, Double> checked(Map<String, Double> given) {
        if (given.isEmpty() || given.size() > EnsembleWeights.MAX_MEMBERS) {
            throw invalid("weights are of 1 to %d members".formatted(EnsembleWeights.MAX_MEMBERS));
        }
        given.forEach((member, weight) -> {
            if (weight == null || !Double.isFinite(weight) || weight < 0) {
                throw invalid(
                        "the weight of %s must be a number, 0 or more: %s"
                                .formatted(member, weight));
            }
        });
        if (given.values().stream().noneMatch(weight -> weight > 0)) {
            throw invalid("not all weights may be 0");
        }
        return new TreeMap<>(given);
    }

    /**
     * The terms of a period.
     *
     * @param asItWas the indicator rules say what they said, by the calibrations of the ledger;
     *     else they are calibrated on what lies before, and anew as often as live
     * @param learn null for weights that do not learn along the way
     * @param canAnswer whose models have versions in the period, and whose answers are recorded
     * @param recorded in how many closes the ledger has an answer of who cannot be asked again
     * @param leftOut who has a weight and takes no part, and why
     * @throws Failure CONFLICT {@code too-few-members}; INVALID {@code invalid-field}
     */
    public EnsembleTerms terms(
            Period period,
            List<WeightStage> stages,
            boolean asItWas,
            @Nullable LearnRequest learn,
            List<String> canAnswer,
            Map<String, Long> recorded,
            Map<String, String> leftOut,
            DecisionRule rule) {
        return new EnsembleTerms(
                stages,
                asItWas ? recordedRules(period) : List.of(),
                asItWas ? null : (Long) config.ruleRefit().toMillis(),
                period.symbols(),
                learn == null
                        ? null
                        : learning(period, stages.getFirst(), learn, canAnswer, leftOut, rule),
                recorded,
                leftOut);
    }

    private List<RuleStage> recordedRules(Period period) {
        List<RuleStage> stages = new ArrayList<>();
        for (From<String> change :
                records.calibrations(
                        period.feed(),
                        period.from().toEpochMilli(),
                        period.to().toEpochMilli(),
                        WeightTimeline.MOST)) {
            calibrations
                    .of(period.feed(), period.timeframe(), change.value())
                    .ifPresent(calibration ->
                            stages.add(
                                    new RuleStage(
                                            Instant.ofEpochMilli(change.closeMillis()),
                                            calibration)));
        }
        return stages;
    }

    private LearningTerms learning(
            Period period,
            WeightStage first,
            LearnRequest learn,
            List<String> canAnswer,
            Map<String, String> leftOut,
            DecisionRule rule) {
        LearningRule learning =
                config.learning(
                        Objects.requireNonNullElse(learn.learningRate(), config.learningRate()),
                        Objects.requireNonNullElse(
                                learn.rewardMultiplier(), config.rewardMultiplier()),
                        Objects.requireNonNullElse(
                                learn.punishmentMultiplier(), config.punishmentMultiplier()));
        List<String> members =
                first.weights().entrySet().stream()
                        .filter(weight -> weight.getValue() > 0)
                        .map(Map.Entry::getKey)
                        .filter(canAnswer::contains)
                        .toList();
        if (!learning.isFeasible(members.size())) {
            throw new Failure(
                    Failure.Category.CONFLICT,
                    "too-few-members",
                    "weights can be learnt with 2 members or more that can answer; there are %d; left out: %s"
                            .formatted(members.size(), leftOut));
        }
        TargetSpec targets = FeedModel.spec("targets", period.feed(), period.timeframe()).targets();
        return new LearningTerms(
                learning,
                new ExitRule(
                        targets.horizonCandles() * period.timeframe().millis(),
                        targets.stopThreshold(),
                        rule.roundTripFee()),
                members);
    }

    /**
     * Opens it.
     *
     * @param throughMillis the last close before the next one that it is asked about
     */
    public PastEnsemble open(
            EnsembleTerms terms,
            String feed,
            Timeframe timeframe,
            DecisionRule rule,
            PastEnsemble.State state,
            long throughMillis) {
        return new PastEnsemble(
                terms,
                feed,
                timeframe,
                rule,
                state,
                throughMillis,
                closeMillis ->
                        calibrations
                                .fit(
                                        feed,
                                        timeframe,
                                        TargetSpec.standard(),
                                        terms.symbols(),
                                        closeMillis)
                                .orElse(null),
                name -> new RecordedMember(name, records));
    }

    private static Failure invalid(String message) {
        return new Failure(Failure.Category.INVALID, "invalid-field", message);
    }
}
