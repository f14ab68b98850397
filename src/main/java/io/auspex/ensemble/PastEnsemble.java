package io.auspex.ensemble;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.auspex.features.FeatureSchema;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.serving.LiveVector;
import io.auspex.signals.DecisionRule;
import io.auspex.signals.Expiry;
import io.auspex.signals.PendingSignal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The ensemble as somebody who looks back asks it: the maker, the members and the combination of
 * the live one, with weights and calibrations of the moment instead of those in force now. A member
 * that cannot be asked about the past says what the ledger has of it. When the terms say so, every
 * member trades on paper and its closed trades move the weights, as in a reinforcement session.
 * Blocking, one owner; the same closes and state give the same signals, bit for bit, in one go or
 * in several.
 */
public final class PastEnsemble {

    /** Nobody is late in the past. */
    private static final Duration NO_DEADLINE = Duration.ofMinutes(1);

    private final EnsembleTerms terms;
    private final Calibrating calibrating;
    private final Function<String, Member> recorded;
    private final Map<String, Member> records = new TreeMap<>();
    private final String feed;
    private final Timeframe timeframe;
    private final IndicatorRules rules;
    private final EnsembleMaker maker;
    private final @Nullable Replay learning;
    private @Nullable RuleCalibration calibration;

    /** Fits the indicator rules on candles up to a moment, and none after it. */
    interface Calibrating {
        @Nullable RuleCalibration upTo(long closeMillis);
    }

    /**
     * How far it is.
     *
     * @param calibration of the indicator rules; null while there is none, and when the terms have
     *     it
     * @param replay of the members' trades and of what was learnt; null without learning
     */
    public record State(
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable RuleCalibration calibration,
            @JsonInclude(JsonInclude.Include.NON_NULL) Replay.@Nullable State replay) {

        /** Before the first close. */
        public static final State FRESH = new State(null, null);
    }

    /**
     * What became of the weights.
     *
     * @param before at the first close
     * @param after of the last one
     * @param changes of weights that the period saw; without those that were learnt along the way
     * @param learning null when nothing was learnt along the way
     * @param recorded in how many closes the ledger had an answer of who cannot be asked again
     * @param leftOut who had a weight and took no part, and why
     */
    public record Summary(
            SortedMap<String, Double> before,
            SortedMap<String, Double> after,
            int changes,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Learnt learning,
            Map<String, Long> recorded,
            Map<String, String> leftOut) {}

    /**
     * What was learnt along the way.
     *
     * @param trades of members, by which it was
     * @param bestMember whose gains sum to most
     * @param regret against the best fixed member, alone
     * @param regretWithinBounds against the best fixed weights within floor and cap
     * @param bound that theory gives for the latter
     */
    public record Learnt(
            long trades,
            String bestMember,
            double regret,
            double regretWithinBounds,
            double bound) {

        private static Learnt of(Learning.Regret regret) {
            return new Learnt(
                    regret.trades(),
                    regret.bestMember(),
                    regret.regret(),
                    regret.regretWithinBounds(),
                    regret.bound());
        }
    }

    /**
     * @param recorded makes a member that says what the ledger has of it
     * @param throughMillis the last close before the next one
     */
    PastEnsemble(
            EnsembleTerms terms,
            String feed,
            Timeframe timeframe,
            DecisionRule rule,
            State state,
            long throughMillis,
            Calibrating calibrating,
            Function<String, Member> recorded) {
        this.terms = terms;
        this.feed = feed;
        this.timeframe = timeframe;
        this.calibrating = calibrating;
        this.recorded = recorded;
        this.rules = new IndicatorRules(timeframe);
        this.maker = new EnsembleMaker(rule, Expiry.UNTIL_THE_NEXT_CLOSE, NO_DEADLINE);
        this.calibration =
                state.calibration() != null || terms.ruleRefitMillis() == null
                        ? state.calibration()
                        : calibrating.upTo(throughMillis);
        this.learning = learning(rule, state);
    }

    private @Nullable Replay learning(DecisionRule rule, State state) {
        EnsembleTerms.LearningTerms wanted = terms.learning();
        if (wanted == null) {
            return null;
        }
        return new Replay(
                rule,
                wanted.exits(),
                wanted.rule(),
                wanted.members().stream().map(this::member).toList(),
                base(terms),
                terms.weights().getFirst().revision(),
                _ -> {
                    throw new IllegalStateException("its questions are handed over");
                },
                state.replay() == null ? Replay.State.FRESH : state.replay());
    }

    private static SortedMap<String, Double> base(EnsembleTerms terms) {
        SortedMap<String, Double> base = new TreeMap<>(terms.weights().getFirst().weights());
        EnsembleTerms.LearningTerms wanted = terms.learning();
        if (wanted != null) {
            base.keySet().retainAll(wanted.members());
        }
        return base;
    }

    /** What it looks at itself, besides what its models do. */
    public FeatureSchema schema() {
        return rules.schema();
    }

    /**
     * The ensemble's signals of the next close, in increasing time.
     *
     * @param said what the models have said of it, those that a guard held back included
     * @param vectors the feature vectors as of the close, by schema hash
     */
    public List<PendingSignal> signals(
            MarketClose close,
            List<PendingSignal> said,
            Function<String, Map<Symbol, LiveVector>> vectors) {
        Question question = new Question(close, said, vectors);
        List<PendingSignal> signals =
                learning == null ? asked(question) : learning.step(question).signals();
        renew(close.closeTimeMillis());
        return signals;
    }

    private List<PendingSignal> asked(Question question) {
        Weights weights = terms.weightsAt(question.close().closeTimeMillis());
        List<Member> members = new ArrayList<>();
        weights.weights()
                .forEach((name, weight) -> {
                    if (weight > 0) {
                        members.add(member(name));
                    }
                });
        return EnsembleMaker.concerns(question.said(), members)
                ? maker.signals(question, weights, members).signals()
                : List.of();
    }

    private Member member(String name) {
        if (name.equals(Members.TRADING)) {
            return new OfTheMoment();
        }
        return Members.model(name, feed, timeframe)
                .<Member>map(model -> new ModelMember(name, model))
                .orElseGet(() -> records.computeIfAbsent(name, recorded));
    }

    /** What is calibrated after a close counts from the next one on. */
    private void renew(long closeMillis) {
        Long every = terms.ruleRefitMillis();
        if (every != null
                && (calibration == null
                        || closeMillis - calibration.to().toEpochMilli() >= every)) {
            RuleCalibration next = calibrating.upTo(closeMillis);
            calibration = next == null ? calibration : next;
        }
    }

    /** The indicator rules with the calibration that there is when they are asked. */
    private final class OfTheMoment implements Member {

        @Override
        public String name() {
            return Members.TRADING;
        }

        @Override
        public CompletionStage<Map<Symbol, Vote>> ask(Question question) {
            RuleCalibration now =
                    terms.ruleRefitMillis() == null
                            ? terms.calibrationAt(question.close().closeTimeMillis())
                            : calibration;
            return new RuleMember(rules, now).ask(question);
        }
    }

    /** As of the last close. */
    public State state() {
        return new State(calibration, learning == null ? null : learning.state());
    }

    /** What became of the weights, from what is stored. */
    public static Summary summary(EnsembleTerms terms, State state, Instant through) {
        EnsembleTerms.LearningTerms wanted = terms.learning();
        if (wanted != null) {
            Replay.State replay = state.replay() == null ? Replay.State.FRESH : state.replay();
            Learning learnt = new Learning(wanted.rule(), base(terms), replay.learning());
            Learning begun = new Learning(wanted.rule(), base(terms), Learning.State.FRESH);
            return new Summary(
                    begun.weights(),
                    learnt.weights(),
                    0,
                    Learnt.of(learnt.regret()),
                    terms.recorded(),
                    terms.leftOut());
        }
        return new Summary(
                terms.weights().getFirst().weights(),
                terms.weightsAt(through.toEpochMilli()).weights(),
                terms.weights().size() - 1,
                null,
                terms.recorded(),
                terms.leftOut());
    }
}
