package io.auspex.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The stated truth against what then happens. Rows are 24 candles apart, so that their outcomes do
 * not overlap; symbols are correlated, so that a row counts for about half.
 */
class TrueProbabilityTest {

    private static final int HORIZON = 24;
    private static final int CLOSES = 30 * 288;
    private static final int SEEDS = 16;
    private static final int PATHS = 24;

    private record Row(long seed, Truth truth, double deviation, double outcome) {
        boolean up() {
            return outcome > 0.01;
        }

        boolean down() {
            return outcome < -0.01;
        }

        boolean stop() {
            return outcome < -0.05;
        }
    }

    private static final List<Row> PLANTED = rows(1);
    private static final List<Row> NOISE = rows(0);
    private static final List<Row> TURNED =
            rows(seed -> SimulatedMarket.standard(seed).changingAfterDays(1));

    @Test
    void agreesWithWhatHappensOnAverage() {
        for (List<Row> rows : List.of(PLANTED, NOISE)) {
            assertThat(mean(rows, row -> row.truth().pUp()))
                    .isCloseTo(Skill.share(labels(rows, Row::up)), within(0.012));
            assertThat(mean(rows, row -> row.truth().pDown()))
                    .isCloseTo(Skill.share(labels(rows, Row::down)), within(0.012));
            assertThat(mean(rows, row -> row.truth().pStop()))
                    .isCloseTo(Skill.share(labels(rows, Row::stop)), within(0.0025));
            assertThat(mean(rows, row -> row.truth().expectedReturn()))
                    .isCloseTo(mean(rows, Row::outcome), within(0.0004));
        }
    }

    @Test
    void isCalibratedInEveryBin() {
        assertReliable(PLANTED, row -> row.truth().pUp(), Row::up, 7);
        assertReliable(PLANTED, row -> row.truth().pDown(), Row::down, 7);
        assertReliable(NOISE, row -> row.truth().pUp(), Row::up, 3);
        assertReliable(NOISE, row -> row.truth().pDown(), Row::down, 3);
    }

    @Test
    void statesReturnsThatAreRightOnAverageAtEverySize() {
        List<Row> ordered =
                PLANTED.stream()
                        .sorted(Comparator.comparingDouble(row -> row.truth().expectedReturn()))
                        .toList();
        int tenth = ordered.size() / 10;
        for (int bin = 0; bin < 10; bin++) {
            List<Row> rows = ordered.subList(bin * tenth, (bin + 1) * tenth);
            assertThat(mean(rows, row -> row.truth().expectedReturn()))
                    .isCloseTo(mean(rows, Row::outcome), within(0.0015));
        }
        assertThat(mean(ordered.subList(0, tenth), Row::outcome)).isLessThan(-0.005);
        assertThat(mean(ordered.subList(9 * tenth, 10 * tenth), Row::outcome)).isGreaterThan(0.005);
    }

    @Test
    void movesAsOftenAsARealMarket() {
        assertThat(Skill.share(labels(PLANTED, Row::up))).isBetween(0.15, 0.35);
        assertThat(Skill.share(labels(PLANTED, Row::down))).isBetween(0.15, 0.35);
        assertThat(Skill.share(labels(PLANTED, row -> Math.abs(row.outcome()) > 0.05)))
                .isBetween(0.004, 0.03);
        assertThat(Skill.share(labels(PLANTED, Row::stop))).isBetween(0.002, 0.015);
        assertThat(Skill.share(labels(NOISE, Row::up))).isBetween(0.15, 0.35);
        assertThat(Skill.share(labels(NOISE, Row::down))).isBetween(0.15, 0.35);
    }

    @Test
    void leavesClearButNotAbsurdSkillToBeFoundAtTheDefaultStrength() {
        assertThat(auc(PLANTED, row -> row.truth().pUp(), Row::up)).isBetween(0.67, 0.74);
        assertThat(auc(PLANTED, row -> row.truth().pDown(), Row::down)).isBetween(0.67, 0.74);
        assertThat(directionAuc(PLANTED)).isBetween(0.74, 0.82);
    }

    @Test
    void turnsIntoTheOppositeLawWithSkillToBeFoundInIt() {
        assertThat(directionAuc(TURNED)).isBetween(0.75, 0.85);
        assertThat(Skill.correlation(values(TURNED, Row::deviation), values(TURNED, Row::outcome)))
                .isBetween(-0.5, -0.15);
        assertReliable(TURNED, row -> row.truth().pUp(), Row::up, 3);
        assertReliable(TURNED, row -> row.truth().pDown(), Row::down, 3);
    }

    @Test
    void plantsTheSameRelationInEverySeed() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            long wanted = seed;
            List<Row> rows = PLANTED.stream().filter(row -> row.seed() == wanted).toList();
            assertThat(Skill.correlation(values(rows, Row::deviation), values(rows, Row::outcome)))
                    .as("seed %d", seed)
                    .isBetween(0.2, 0.6);
        }
    }

    @Test
    void leavesNothingOfTheDirectionPredictableAtStrengthZero() {
        assertThat(Skill.correlation(values(NOISE, Row::deviation), values(NOISE, Row::outcome)))
                .isBetween(-0.03, 0.03);
        assertThat(directionAuc(NOISE)).isBetween(0.48, 0.52);
    }

    @Test
    void isAFairCoinInEveryStateAtStrengthZero() {
        // Thresholds that are the same distance away in log price.
        TruthTarget symmetric = new TruthTarget(HORIZON, 0.25, 0.2, 0.2);
        TruthTarget near = new TruthTarget(HORIZON, 1 / 0.99 - 1, 0.01, 0.05);
        for (TruthTarget target : List.of(symmetric, near)) {
            SimulatedMarket market = SimulatedMarket.standard(5).withStrength(0);
            SimulatedMarketGenerator generator = new SimulatedMarketGenerator(market);
            TrueProbability truth = new TrueProbability(market, target, 10);
            for (int i = 0; i < 500; i++) {
                generator.next();
                Truth told = truth.truth(generator.state(), i % 5);
                assertThat(told.pUp()).isCloseTo(told.pDown(), within(1e-12));
            }
        }
    }

    @Test
    void leavesReturnsUncorrelatedInTimeOnlyAtStrengthZero() {
        double[] noise = returns(0);
        double[] planted = returns(1);
        for (int lag : new int[] {1, 2, 3, 6, 12, 24, 48}) {
            assertThat(autocorrelation(noise, lag)).as("lag %d", lag).isBetween(-0.02, 0.02);
        }
        assertThat(autocorrelation(planted, 1)).isGreaterThan(0.02);
        double[] sizes =
                IntStream.range(0, noise.length).mapToDouble(i -> Math.abs(noise[i])).toArray();
        assertThat(autocorrelation(sizes, 12)).as("volatility persists").isGreaterThan(0.05);
    }

    @Test
    void correlatesTheSymbols() {
        SimulatedMarketGenerator generator =
                new SimulatedMarketGenerator(SimulatedMarket.standard(2).withStrength(0));
        double[] first = new double[5_000];
        double[] second = new double[5_000];
        for (int i = 0; i < first.length; i++) {
            List<Candle> candles = generator.next().candles();
            first[i] = Math.log(candles.get(0).close() / candles.get(0).open());
            second[i] = Math.log(candles.get(1).close() / candles.get(1).open());
        }

        assertThat(Skill.correlation(first, second)).isBetween(0.15, 0.45);
    }

    @Test
    void hasTheStandardErrorItStates() {
        SimulatedMarket market = SimulatedMarket.standard(9);
        SimulatedMarketGenerator generator = new SimulatedMarketGenerator(market);
        TrueProbability standard = new TrueProbability(market, TruthTarget.standard());
        TrueProbability precise = new TrueProbability(market, TruthTarget.standard(), 5_000);
        double up = 0;
        double stop = 0;
        int rows = 60;
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < 100; i++) {
                generator.next();
            }
            Truth told = standard.truth(generator.state(), row % 5);
            Truth exact = precise.truth(generator.state(), row % 5);
            up += Math.pow(told.pUp() - exact.pUp(), 2);
            stop += Math.pow(told.pStop() - exact.pStop(), 2);
        }

        assertThat(Math.sqrt(up / rows)).isLessThan(0.005);
        assertThat(Math.sqrt(stop / rows)).isLessThan(0.003);
    }

    @Test
    void refusesQuestionsWithoutAnAnswer() {
        assertThatThrownBy(() -> new TruthTarget(0, 0.01, 0.01, 0.05))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TruthTarget(24, 0.01, 1, 0.05))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        new TrueProbability(SimulatedMarket.standard(1), TruthTarget.standard(), 3))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private interface Label {
        boolean of(Row row);
    }

    private static void assertReliable(
            List<Row> rows, ToDoubleFunction<Row> probability, Label label, int leastBins) {
        int bins = 0;
        for (int bin = 0; bin < 10; bin++) {
            int number = bin;
            List<Row> inBin =
                    rows.stream()
                            .filter(row -> (int) (probability.applyAsDouble(row) * 10) == number)
                            .toList();
            if (inBin.size() < 100) {
                continue;
            }
            bins++;
            double stated = mean(inBin, probability);
            // Four standard errors, with a row counted as half.
            double error = 4 * Math.sqrt(stated * (1 - stated) / (inBin.size() / 2.0));
            assertThat(Skill.share(labels(inBin, label)))
                    .as("bin %d of %d rows", bin, inBin.size())
                    .isCloseTo(stated, within(error));
        }
        assertThat(bins).isGreaterThanOrEqualTo(leastBins);
    }

    private static double directionAuc(List<Row> rows) {
        List<Row> moved = rows.stream().filter(row -> row.up() || row.down()).toList();
        return auc(
                moved,
                row -> row.truth().pUp() / (row.truth().pUp() + row.truth().pDown()),
                Row::up);
    }

    private static double auc(List<Row> rows, ToDoubleFunction<Row> score, Label label) {
        return Skill.auc(values(rows, score), labels(rows, label));
    }

    private static double mean(List<Row> rows, ToDoubleFunction<Row> value) {
        return Skill.mean(values(rows, value));
    }

    private static double[] values(List<Row> rows, ToDoubleFunction<Row> value) {
        return rows.stream().mapToDouble(value).toArray();
    }

    private static boolean[] labels(List<Row> rows, Label label) {
        boolean[] labels = new boolean[rows.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = label.of(rows.get(i));
        }
        return labels;
    }

    private static List<Row> rows(double strength) {
        return rows(seed -> SimulatedMarket.standard(seed).withStrength(strength));
    }

    private static List<Row> rows(LongFunction<SimulatedMarket> markets) {
        List<Row> rows = new ArrayList<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimulatedMarket market = markets.apply(seed);
            TrueProbability truth = new TrueProbability(market, TruthTarget.standard(), PATHS);
            SimulatedMarketGenerator generator = new SimulatedMarketGenerator(market);
            List<Symbol> symbols = market.symbols();
            SimulatedMarketState state = generator.state();
            double[] then = new double[symbols.size()];
            for (int i = 0; i < CLOSES; i++) {
                List<Candle> candles = generator.next().candles();
                if (i % HORIZON != 0) {
                    continue;
                }
                for (Candle candle : candles) {
                    int symbol = symbols.indexOf(candle.symbol());
                    if (then[symbol] > 0) {
                        rows.add(
                                new Row(
                                        seed,
                                        truth.truth(state, symbol),
                                        state.deviation(symbol),
                                        candle.close() / then[symbol] - 1));
                    }
                    then[symbol] = candle.close();
                }
                state = generator.state();
            }
        }
        return List.copyOf(rows);
    }

    private static double[] returns(double strength) {
        SimulatedMarketGenerator generator =
                new SimulatedMarketGenerator(
                        new SimulatedMarket(11, strength, 1, 30, Timeframe.FIVE_MINUTES, 0));
        double[] returns = new double[60_000];
        for (int i = 0; i < returns.length; i++) {
            Candle candle = generator.next().candles().getFirst();
            returns[i] = Math.log(candle.close() / candle.open());
        }
        return returns;
    }

    private static double autocorrelation(double[] values, int lag) {
        int length = values.length - lag;
        return Skill.correlation(
                Arrays.copyOfRange(values, 0, length),
                Arrays.copyOfRange(values, lag, values.length));
    }
}
