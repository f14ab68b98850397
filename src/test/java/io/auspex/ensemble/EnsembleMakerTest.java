package io.auspex.ensemble;

import static io.auspex.ensemble.CombinationTest.heads;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.signals.Action;
import io.auspex.signals.DecisionRule;
import io.auspex.signals.Expiry;
import io.auspex.signals.PendingSignal;
import io.auspex.signals.Receipt;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class EnsembleMakerTest {

    private static final Symbol ETH = new Symbol("ETHBTC");
    private static final long CLOSE = 1_700_000_100_000L;
    private static final DecisionRule RULE = DecisionRule.standard();
    private static final Map<Head, Double> RISE = heads(0.5, 0.1, 0.02, 0.01);
    private static final Map<Head, Double> FALL = heads(0.1, 0.5, -0.02, 0.01);

    private final EnsembleMaker maker =
            new EnsembleMaker(RULE, Expiry.UNTIL_THE_NEXT_CLOSE, Duration.ofMillis(50));

    @Test
    void oneMemberDecidesAsItWouldAlone() {
        PendingSignal signal = made(Map.of("a", 0.3), saying("a", RISE));
        assertThat(signal.decision().action()).isEqualTo(RULE.decide(RISE).action());
        assertThat(signal.heads().get(Head.P_UP)).isCloseTo(0.5, within(1e-12));
        assertThat(signal.model()).isEqualTo("ensemble");
        assertThat(signal.decision().reason()).endsWith("; a 100.0 %");
    }

    @Test
    void weightsAreNormalisedOverThoseWhoAnswerAndTheOthersAreNamed() {
        PendingSignal signal =
                made(
                        Map.of("lgbm_ai", 0.4, "trading_ai", 0.2, "lava_ai", 0.35, "late", 0.1),
                        saying("lgbm_ai", RISE),
                        saying("trading_ai", FALL),
                        answering("lava_ai", CompletableFuture.completedFuture(Map.of())),
                        answering("late", new CompletableFuture<>()));
        List<Receipt.Member> members = signal.receipt().members();
        assertThat(members)
                .extracting(Receipt.Member::name)
                .containsExactly("trading_ai", "lava_ai", "lgbm_ai", "late");
        assertThat(members)
                .extracting(Receipt.Member::weight)
                .usingElementComparator((x, y) -> Math.abs(x - y) < 1e-12 ? 0 : 1)
                .containsExactly(0.2 / 0.6, 0.0, 0.4 / 0.6, 0.0);
        assertThat(members.get(1).leftOut()).contains("no version of its model serves");
        assertThat(members.get(3).leftOut()).startsWith("late: no answer within 50 ms");
        assertThat(members.get(2).leftOut()).isNull();
        assertThat(members.get(2).heads()).isEqualTo(RISE);
        assertThat(signal.decision().reason())
                .contains("trading_ai 33.3 %")
                .contains("without lava_ai (")
                .contains("lgbm_ai 66.7 %")
                .contains("without late (late:");
        Combination.of(List.of(new Voice("lgbm_ai", 0.4, RISE), new Voice("trading_ai", 0.2, FALL)))
                .forEach((head, value) ->
                        assertThat(signal.heads().get(head)).isCloseTo(value, within(1e-12)));
        // From the receipt alone, to the last bit.
        assertThat(EnsembleMaker.combined(members)).isEqualTo(signal.heads());
    }

    @Test
    void whoFailsOrSaysNothingFiniteIsLeftOut() {
        PendingSignal signal =
                made(
                        Map.of("a", 1.0, "b", 1.0, "c", 1.0),
                        saying("a", RISE),
                        answering(
                                "b",
                                CompletableFuture.failedFuture(
                                        new IllegalStateException("out of order"))),
                        saying("c", heads(0.5, Double.NaN, 0, 0)));
        assertThat(signal.heads().get(Head.P_UP)).isCloseTo(0.5, within(1e-12));
        assertThat(signal.decision().reason())
                .contains("out of order")
                .contains("without c (its answer is not finite)");
    }

    @Test
    void abstainsWhenNobodyAnswers() {
        PendingSignal signal = made(Map.of("a", 1.0), new AbsentMember("a"));
        assertThat(signal.decision().action()).isEqualTo(Action.ABSTAIN);
        assertThat(signal.heads()).isEmpty();
        assertThat(signal.decision().reason())
                .isEqualTo(
                        "no member answered; without a (nothing is configured to answer for it)");
    }

    @Test
    void oneThatThrowsInsteadOfAnsweringCostsNobodyElse() {
        Member broken =
                new Member() {
                    @Override
                    public String name() {
                        return "b";
                    }

                    @Override
                    public CompletionStage<Map<Symbol, Vote>> ask(Question question) {
                        throw new IllegalStateException("broken");
                    }
                };
        PendingSignal signal = made(Map.of("a", 1.0, "b", 1.0), saying("a", RISE), broken);
        assertThat(signal.decision().action()).isEqualTo(Action.BUY);
        assertThat(signal.decision().reason()).contains("without b (failed: ");
    }

    private PendingSignal made(Map<String, Double> weights, Member... members) {
        Candle candle =
                new Candle(ETH, Timeframe.FIVE_MINUTES, CLOSE - 300_000, 1, 1.1, 0.9, 1.05, 10);
        MarketClose close = new MarketClose("replay:test", CLOSE, List.of(candle));
        EnsembleMaker.Made made =
                maker.signals(
                        new Question(close, List.of(), _ -> Map.of()),
                        new Weights(3, new TreeMap<>(weights), Instant.EPOCH),
                        List.of(members));
        assertThat(made.signals()).hasSize(1);
        assertThat(made.signals().getFirst().version()).isEqualTo(3);
        return made.signals().getFirst();
    }

    private static Member saying(String name, Map<Head, Double> heads) {
        return answering(
                name,
                CompletableFuture.completedFuture(
                        Map.of(ETH, new Vote.Said(1, "told", "", List.of(), heads, false, null))));
    }

    private static Member answering(String name, CompletableFuture<Map<Symbol, Vote>> answer) {
        return new Member() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public CompletionStage<Map<Symbol, Vote>> ask(Question question) {
                return answer;
            }
        };
    }
}
