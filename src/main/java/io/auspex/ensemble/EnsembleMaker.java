package io.auspex.ensemble;

import io.auspex.features.FeatureSchema;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.signals.Decision;
import io.auspex.signals.DecisionRule;
import io.auspex.signals.Expiry;
import io.auspex.signals.PendingSignal;
import io.auspex.signals.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * From the votes of members to the ensemble's own signals of a close. The same code whoever asks,
 * the live feed or somebody who looks back.
 *
 * @param expiry until when its signals may be traded
 * @param deadline how long all members together may take
 */
record EnsembleMaker(DecisionRule rule, Expiry expiry, Duration deadline) {

    /** Why a member that answered has nothing of a symbol. */
    private static final String NOTHING_SAID =
            "it says nothing of this close: no version of its model serves this market";

    private static final String NOT_FINITE = "its answer is not finite";

    /**
     * Whether anybody could say something of a close: a member that is no model may always, one
     * that is when its model was asked.
     */
    static boolean concerns(List<PendingSignal> said, List<? extends Member> members) {
        return members.stream()
                .anyMatch(member ->
                        !(member instanceof ModelMember model)
                                || said.stream()
                                        .anyMatch(signal -> signal.model().equals(model.model())));
    }

    /** The ballots and the signals of one close. */
    record Made(List<Ballot> ballots, List<PendingSignal> signals) {}

    /**
     * One signal for every candle of the close.
     *
     * @param members with a weight above 0
     */
    Made signals(Question question, Weights weights, List<? extends Member> members) {
        Map<String, Map<Symbol, Vote>> votes = ask(question, members);
        List<Ballot> ballots = new ArrayList<>();
        List<PendingSignal> signals = new ArrayList<>();
        for (Candle candle : question.close().candles()) {
            Ballot ballot = Ballot.of(candle.symbol(), votes, NOTHING_SAID);
            ballots.add(ballot);
            signals.add(signal(question.close(), candle, weights, ballot));
        }
        return new Made(ballots, signals);
    }

    private Map<String, Map<Symbol, Vote>> ask(Question question, List<? extends Member> members) {
        Map<String, CompletableFuture<Map<Symbol, Vote>>> asked = new TreeMap<>();
        for (Member member : members) {
            asked.put(member.name(), asked(member, question));
        }
        long until = System.nanoTime() + deadline.toNanos();
        Map<String, Map<Symbol, Vote>> votes = new TreeMap<>();
        asked.forEach((member, answer) ->
                votes.put(member, answer(answer, until, question.close().candles())));
        return votes;
    }

    private static CompletableFuture<Map<Symbol, Vote>> asked(Member member, Question question) {
        try {
            return member.ask(question).toCompletableFuture();
        } catch (RuntimeException failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    private Map<Symbol, Vote> answer(
            CompletableFuture<Map<Symbol, Vote>> answer, long untilNanos, List<Candle> candles) {
        try {
            return answer.get(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            return all(candles, "late: no answer within " + deadline.toMillis() + " ms");
        } catch (ExecutionException failure) {
            return all(candles, "failed: " + failure.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return all(candles, "interrupted");
        }
    }

    private static Map<Symbol, Vote> all(List<Candle> candles, String reason) {
        Map<Symbol, Vote> votes = new HashMap<>();
        candles.forEach(candle -> votes.put(candle.symbol(), new Vote.LeftOut(reason)));
        return votes;
    }

    private PendingSignal signal(MarketClose close, Candle candle, Weights weights, Ballot ballot) {
        List<Receipt.Member> members = members(weights, ballot);
        List<String> composition = new ArrayList<>();
        boolean unproven = false;
        for (Receipt.Member member : members) {
            if (member.leftOut() == null && ballot.vote(member.name()) instanceof Vote.Said said) {
                composition.add(
                        "%s %d %s".formatted(member.name(), said.version(), said.identity()));
                unproven |= said.unproven();
            }
        }
        Map<Head, Double> heads = combined(members);
        Decision decided = heads.isEmpty() ? nobody() : rule.decide(heads);
        return new PendingSignal(
                close.feed(),
                Members.ENSEMBLE,
                Math.toIntExact(weights.revision()),
                composition(composition),
                candle.symbol(),
                candle.timeframe(),
                close.closeTimeMillis(),
                candle.close(),
                explained(decided, members),
                heads,
                unproven,
                null,
                expiry.of(close.closeTimeMillis(), candle.timeframe()),
                Receipt.of(rule, members));
    }

    /** One signal for every candle of a close that nobody could be asked about in time. */
    static List<PendingSignal> missed(
            MarketClose close, Weights weights, Expiry expiry, String reason) {
        return close.candles().stream()
                .map(candle ->
                        new PendingSignal(
                                close.feed(),
                                Members.ENSEMBLE,
                                Math.toIntExact(weights.revision()),
                                composition(List.of()),
                                candle.symbol(),
                                candle.timeframe(),
                                close.closeTimeMillis(),
                                candle.close(),
                                Decision.missed(reason),
                                Map.of(),
                                false,
                                null,
                                expiry.of(close.closeTimeMillis(), candle.timeframe()),
                                null))
                .toList();
    }

    /** Names who spoke, in which version and on which features. */
    private static String composition(List<String> speakers) {
        return FeatureSchema.of(speakers.isEmpty() ? List.of("nobody") : speakers).hash();
    }

    static Decision nobody() {
        return Decision.abstain("no member answered");
    }

    /** Everybody with a weight, with the share of those who count. */
    private static List<Receipt.Member> members(Weights weights, Ballot ballot) {
        double total = 0;
        for (Map.Entry<String, Vote> vote : ballot.votes().entrySet()) {
            total += counts(vote.getValue()) ? weights.of(vote.getKey()) : 0;
        }
        List<Receipt.Member> members = new ArrayList<>();
        for (String name : Members.inOrder(ballot.votes().keySet())) {
            Vote vote = ballot.vote(name);
            double share = counts(vote) ? weights.of(name) / total : 0;
            members.add(
                    switch (vote) {
                        case Vote.Said said ->
                                new Receipt.Member(
                                        name,
                                        said.version(),
                                        said.artefact(),
                                        share,
                                        said.heads(),
                                        said.candles(),
                                        share > 0 ? null : NOT_FINITE,
                                        recorded(said));
                        case Vote.LeftOut out ->
                                new Receipt.Member(
                                        name, 0, "", 0, Map.of(), List.of(), out.reason());
                    });
        }
        return members;
    }

    private static Receipt.@Nullable Recorded recorded(Vote.Said said) {
        String answer = said.answer();
        return answer == null
                ? null
                : new Receipt.Recorded(said.identity(), said.unproven(), said.note(), answer);
    }

    /**
     * What members say together by their shares, as a receipt has them; empty when none counts.
     * From the same receipt always the same bits.
     */
    static Map<Head, Double> combined(List<Receipt.Member> members) {
        List<Voice> voices =
                members.stream()
                        .filter(member -> member.leftOut() == null)
                        .map(member -> new Voice(member.name(), member.weight(), member.heads()))
                        .toList();
        return voices.isEmpty() ? Map.of() : Combination.of(voices);
    }

    /** A vote with a head missing or not finite counts as none. */
    private static boolean counts(Vote vote) {
        return vote instanceof Vote.Said said
                && ModelKind.MARKET.heads().stream()
                        .allMatch(head ->
                                Double.isFinite(said.heads().getOrDefault(head, Double.NaN)));
    }

    /** Names who spoke with which share, and who was left out and why. */
    static Decision explained(Decision decided, List<Receipt.Member> members) {
        String parts =
                members.stream()
                        .map(member ->
                                member.leftOut() == null
                                        ? String.format(
                                                Locale.ROOT,
                                                "%s %.1f %%",
                                                member.name(),
                                                100 * member.weight())
                                        : "without %s (%s)"
                                                .formatted(member.name(), member.leftOut()))
                        .collect(Collectors.joining(", "));
        return new Decision(
                decided.action(), decided.reason() + "; " + parts, decided.confidence());
    }
}
