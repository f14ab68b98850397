package io.auspex.ensemble;

import static io.auspex.ensemble.CombinationTest.heads;

import io.auspex.ingest.SimulatedMarket;
import io.auspex.ingest.SimulatedMarketGenerator;
import io.auspex.ingest.SimulatedMarketState;
import io.auspex.ingest.TrueProbability;
import io.auspex.ingest.Truth;
import io.auspex.ingest.TruthTarget;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.signals.DecisionRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A simulated market with what is true of each close, and members who tell it, or do not. */
final class SimulatedMembers {

    static final double FEE = DecisionRule.standard().roundTripFee();

    /** Enough that a member that knows is right on average. */
    private static final int PATHS = 20;

    private final List<MarketClose> closes = new ArrayList<>();
    private final Map<Long, SimulatedMarketState> states = new HashMap<>();
    private final Map<Long, Map<Symbol, Truth>> truths = new HashMap<>();
    private final List<Symbol> symbols;
    private final TrueProbability probability;

    private SimulatedMembers(SimulatedMarket market) {
        symbols = market.symbols();
        probability = new TrueProbability(market, TruthTarget.standard(), PATHS);
    }

    static SimulatedMembers of(long seed, int days) {
        SimulatedMarket market = new SimulatedMarket(seed, 1.0, 3, days, Timeframe.FIVE_MINUTES, 0);
        SimulatedMarketGenerator generator = new SimulatedMarketGenerator(market);
        SimulatedMembers simulated = new SimulatedMembers(market);
        for (int i = 0; i < days * 288; i++) {
            MarketClose close = generator.next();
            simulated.closes.add(close);
            simulated.states.put(close.closeTimeMillis(), generator.state());
        }
        return simulated;
    }

    /** Computed when somebody tells it first: it takes longer than everything else here. */
    private Truth truth(long closeTimeMillis, Symbol symbol) {
        return truths.computeIfAbsent(closeTimeMillis, _ -> new HashMap<>())
                .computeIfAbsent(
                        symbol,
                        _ ->
                                probability.truth(
                                        states.get(closeTimeMillis), symbols.indexOf(symbol)));
    }

    List<MarketClose> closes() {
        return closes;
    }

    /** Tells the truth. */
    Member good() {
        return telling(
                "good",
                told -> {
                    Truth truth = told.get();
                    return heads(truth.pUp(), truth.pDown(), truth.expectedReturn(), truth.pStop());
                });
    }

    /** Tells the opposite of the truth. */
    Member harmful() {
        return telling(
                "harmful",
                told -> {
                    Truth truth = told.get();
                    return heads(
                            truth.pDown(), truth.pUp(), -truth.expectedReturn(), truth.pStop());
                });
    }

    /** Knows nothing, and calls for a trade at a tenth of the closes. */
    Member useless(String name, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return telling(
                name,
                _ -> {
                    double lean = random.nextInt(10) == 0 ? (random.nextBoolean() ? 1 : -1) : 0;
                    return heads(0.2 + 0.1 * lean, 0.2 - 0.1 * lean, 0.005 * lean, 0.01);
                });
    }

    private interface Saying {
        Map<Head, Double> of(Supplier<Truth> truth);
    }

    private Member telling(String name, Saying saying) {
        return new Member() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public CompletionStage<Map<Symbol, Vote>> ask(Question question) {
                Map<Symbol, Vote> votes = new HashMap<>();
                for (Candle candle : question.close().candles()) {
                    Supplier<Truth> truth =
                            () -> truth(question.close().closeTimeMillis(), candle.symbol());
                    votes.put(
                            candle.symbol(),
                            new Vote.Said(1, "told", "", List.of(), saying.of(truth), false, null));
                }
                return CompletableFuture.completedFuture(votes);
            }
        };
    }

    /** A replay of these members from equal weights. */
    static Replay replay(LearningRule rule, List<Member> members, Replay.State state) {
        Map<String, Double> base = new HashMap<>();
        members.forEach(member -> base.put(member.name(), 1.0));
        return new Replay(
                DecisionRule.standard(),
                new ExitRule(24 * Timeframe.FIVE_MINUTES.millis(), 0.05, FEE),
                rule,
                members,
                base,
                1,
                close -> new Question(close, List.of(), _ -> Map.of()),
                state);
    }
}
