package io.auspex.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Timeframe;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SimulatedMarketGeneratorTest {

    @Test
    void givesTheSameBitsForTheSameMarketAndOthersForAnotherSeed() {
        assertThat(candles(SimulatedMarket.standard(3), 500))
                .isEqualTo(candles(SimulatedMarket.standard(3), 500));
        assertThat(
                        Collections.disjoint(
                                candles(SimulatedMarket.standard(4), 500),
                                new HashSet<>(candles(SimulatedMarket.standard(3), 500))))
                .isTrue();
    }

    @Test
    void isNotDisturbedByQuestionsForTheTruth() {
        SimulatedMarket market = SimulatedMarket.standard(3);
        SimulatedMarketGenerator asked = new SimulatedMarketGenerator(market);
        TrueProbability truth = new TrueProbability(market, TruthTarget.standard(), 10);
        List<Candle> candles = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            candles.addAll(asked.next().candles());
            assertThat(truth.truth(asked.state(), 2)).isEqualTo(truth.truth(asked.state(), 2));
        }

        assertThat(candles).isEqualTo(candles(market, 200));
    }

    @Test
    void keepsTheFirstSymbolsAsTheyAreWhenMoreAreAdded() {
        SimulatedMarket many = new SimulatedMarket(3, 1, 8, 30, Timeframe.FIVE_MINUTES, 0);

        List<Candle> ofMany = candles(many, 300);

        assertThat(new HashSet<>(ofMany).containsAll(candles(SimulatedMarket.standard(3), 300)))
                .isTrue();
        assertThat(ofMany)
                .extracting(candle -> candle.symbol().name())
                .contains("S006SIM", "S007SIM", "S008SIM")
                .hasSize(300 * 8);
    }

    @Test
    void leavesOutCandlesOnDemandAndChangesNoOther() {
        SimulatedMarket gapped = new SimulatedMarket(3, 1, 5, 30, Timeframe.FIVE_MINUTES, 0.01);
        Set<Candle> whole = new HashSet<>(candles(SimulatedMarket.standard(3), 3_000));
        List<Candle> left =
                candles(gapped, 3_000).stream()
                        .filter(candle ->
                                candle.openTimeMillis()
                                        < SimulatedMarket.START_MILLIS
                                                + 3_000 * Timeframe.FIVE_MINUTES.millis())
                        .toList();

        assertThat(whole.containsAll(left)).isTrue();
        // A gap has 20.5 candles on average and begins after 100: a share of 0.17 is missing.
        assertThat(1 - left.size() / 15_000.0).isBetween(0.12, 0.22);
    }

    @Test
    void opensEveryCandleAtTheLastCloseAndMovesWithinIt() {
        List<Candle> candles =
                candles(new SimulatedMarket(3, 1, 1, 30, Timeframe.FIVE_MINUTES, 0), 2_000);

        for (int i = 1; i < candles.size(); i++) {
            assertThat(candles.get(i).open()).isEqualTo(candles.get(i - 1).close());
        }
        double wick =
                candles.stream().filter(c -> c.high() > Math.max(c.open(), c.close())).count();
        assertThat(wick / candles.size()).isBetween(0.5, 0.95);
    }

    @Test
    void startsInTwentyTwentySixAndAcceptsEveryTimeframe() {
        for (Timeframe timeframe : Timeframe.values()) {
            MarketClose first =
                    new SimulatedMarketGenerator(new SimulatedMarket(1, 1, 2, 1, timeframe, 0))
                            .next();
            assertThat(Instant.ofEpochMilli(first.candles().getFirst().openTimeMillis()))
                    .isEqualTo("2026-01-01T00:00:00Z");
        }
    }

    @Test
    void tradesMoreWhenPricesMoveMore() {
        List<Candle> candles =
                candles(new SimulatedMarket(3, 1, 1, 30, Timeframe.FIVE_MINUTES, 0), 5_000);
        double[] moves =
                candles.stream().mapToDouble(c -> Math.abs(c.close() / c.open() - 1)).toArray();
        double[] volumes = candles.stream().mapToDouble(c -> Math.log(c.volume())).toArray();
        double[] signed = candles.stream().mapToDouble(c -> c.close() / c.open() - 1).toArray();

        assertThat(Skill.correlation(moves, volumes)).isGreaterThan(0.3);
        assertThat(Skill.correlation(signed, volumes)).isBetween(-0.1, 0.1);
    }

    @Property(tries = 60, seed = "20260102")
    void makesValidCandlesWhateverTheMarket(
            @ForAll long seed,
            @ForAll @DoubleRange(max = 10) double strength,
            @ForAll @IntRange(min = 1, max = 12) int symbols,
            @ForAll @DoubleRange(max = 0.5) double gaps) {
        SimulatedMarketGenerator generator =
                new SimulatedMarketGenerator(
                        new SimulatedMarket(
                                seed, strength, symbols, 1, Timeframe.FIVE_MINUTES, gaps));
        long before = 0;
        for (int i = 0; i < 300; i++) {
            MarketClose close = generator.next();
            assertThat(close.closeTimeMillis()).isGreaterThan(before);
            assertThat(generator.state().closeTimeMillis()).isEqualTo(close.closeTimeMillis());
            before = close.closeTimeMillis();
        }
    }

    @Test
    void refusesMarketsThatCannotBe() {
        Timeframe five = Timeframe.FIVE_MINUTES;
        Stream.<Runnable>of(
                        () -> new SimulatedMarket(1, -0.1, 5, 30, five, 0),
                        () -> new SimulatedMarket(1, Double.NaN, 5, 30, five, 0),
                        () -> new SimulatedMarket(1, 11, 5, 30, five, 0),
                        () -> new SimulatedMarket(1, 1, 0, 30, five, 0),
                        () -> new SimulatedMarket(1, 1, 201, 30, five, 0),
                        () -> new SimulatedMarket(1, 1, 5, -1, five, 0),
                        () -> new SimulatedMarket(1, 1, 5, 30, five, 0.6))
                .forEach(market ->
                        assertThatThrownBy(market::run)
                                .isInstanceOf(IllegalArgumentException.class));
    }

    private static List<Candle> candles(SimulatedMarket market, int closes) {
        SimulatedMarketGenerator generator = new SimulatedMarketGenerator(market);
        List<Candle> candles = new ArrayList<>();
        for (int i = 0; i < closes; i++) {
            candles.addAll(generator.next().candles());
        }
        return candles;
    }
}
