package io.auspex.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.features.FeatureEngine;
import io.auspex.features.FeatureSchema;
import io.auspex.features.FeatureSet;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.GateSpec;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.model.TargetSpec;
import io.auspex.model.TrainerSpec;
import io.auspex.model.ValidationSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingSetBuilderTest {

    private static final Symbol ADA = new Symbol("ADABTC");
    private static final Symbol ETH = new Symbol("ETHBTC");
    private static final Symbol LTC = new Symbol("LTCBTC");
    private static final Timeframe TIMEFRAME = Timeframe.FIVE_MINUTES;
    private static final long STEP = TIMEFRAME.millis();
    private static final int HORIZON = 3;

    @TempDir Path parent;
    private JobFolder folder;

    @BeforeEach
    void folder() {
        folder = new JobFolder(parent.resolve("job"));
    }

    @Test
    void writesRowsByTimeAndThenSymbol() throws IOException {
        List<MarketClose> closes = closes(20, ETH, ADA);
        JobSpec job = built(spec(), closes).job();
        assertThat(folder.readJob()).isEqualTo(job);
        assertThat(job.symbols()).containsExactly(ADA, ETH);

        long[] times = folder.readTimes();
        int[] groups = folder.readGroups();
        // One close of warm-up, then all but the last horizon.
        assertThat(times).hasSize((20 - 1 - HORIZON) * 2);
        for (int row = 0; row < times.length; row++) {
            assertThat(times[row]).isEqualTo((row / 2 + 2) * STEP);
            assertThat(groups[row]).isEqualTo(row % 2);
        }
    }

    @Test
    void putsEachVectorBesideItsOwnLabel() throws IOException {
        List<MarketClose> closes = closes(40, ADA, ETH, LTC);
        TrainingSet.Built set = built(spec(), closes);
        long[] times = folder.readTimes();
        int[] groups = folder.readGroups();
        float[] targets = folder.readTargets(times.length);
        assertThat(set.rows()).isEqualTo(times.length);
        try (NpyReader features = folder.openFeatures(set.job())) {
            float[] row = new float[4];
            for (int i = 0; i < times.length; i++) {
                Symbol symbol = set.job().symbols().get(groups[i]);
                double now = close(closes, symbol, times[i]);
                double later = close(closes, symbol, times[i] + HORIZON * STEP);
                features.row(i, row, 0);
                assertThat(row[0]).isEqualTo((float) now);
                assertThat(row[1]).isEqualTo((float) close(closes, symbol, times[i] - STEP));
                assertThat(targets[4 * i + 2]).isEqualTo((float) (later / now - 1));
                assertThat(targets[4 * i]).isEqualTo(later / now - 1 > 0.01 ? 1 : 0);
            }
        }
    }

    @Test
    void leavesOutRowsAcrossAGap() throws IOException {
        List<MarketClose> closes = closes(20, ADA);
        closes.remove(10);
        TrainingSet.Built set = built(spec(), closes);
        assertThat(folder.readTimes()).doesNotContain(8 * STEP, 11 * STEP).contains(9 * STEP);
        assertThat(set.unlabelled()).isEqualTo(HORIZON + 1);
        assertThat(set.unready()).isEqualTo(1);
    }

    @Test
    void keepsAMissingFeatureAndDropsAMissingHalf() throws IOException {
        // The test engine has one of four features at the first close, two at the second, three
        // from the third on and all from the fifth on.
        built(spec(), closes(20, ADA));
        float[] features = NpyReader.floats(folder.features());
        assertThat(folder.readTimes()[0]).isEqualTo(2 * STEP);
        assertThat(features[1]).isFinite();
        assertThat(features[2]).isNaN();
        assertThat(features[4 * 3 + 3]).isFinite();
    }

    @Test
    void usesTheNewestCandlesAndTheirWarmUpOnly() throws IOException {
        List<MarketClose> closes = closes(150, ADA, ETH);
        String all = built(spec(), closes).job().dataSha256();
        assertThat(folder.readTimes()[0]).isEqualTo(51 * STEP);
        assertThat(folder.readTimes()).hasSize((100 - HORIZON) * 2);
        float[] features = NpyReader.floats(folder.features());
        assertThat(features[3]).isEqualTo((float) close(closes, ADA, 47 * STEP));
        assertThat(built(spec(), closes.subList(46, 150)).job().dataSha256()).isEqualTo(all);
        assertThat(NpyReader.floats(folder.features())).isEqualTo(features);
        assertThat(built(spec(), closes.subList(47, 150)).job().dataSha256()).isNotEqualTo(all);
    }

    @Test
    void namesTheCandlesByTheirHash() throws IOException {
        List<MarketClose> closes = closes(20, ADA, ETH);
        String first = built(spec(), closes).job().dataSha256();
        assertThat(built(spec(), closes(20, ADA, ETH)).job().dataSha256()).isEqualTo(first);
        Candle last = closes.getLast().candles().getLast();
        Candle changed =
                new Candle(
                        last.symbol(),
                        TIMEFRAME,
                        last.openTimeMillis(),
                        last.open(),
                        last.high(),
                        last.low(),
                        last.close(),
                        Math.nextUp(last.volume()));
        closes.set(
                19,
                new MarketClose(
                        "simulated:1",
                        changed.closeTimeMillis(),
                        List.of(closes.getLast().candles().getFirst(), changed)));
        assertThat(built(spec(), closes).job().dataSha256()).isNotEqualTo(first);
    }

    @Test
    void takesTheSymbolsOfTheMarketAndShowsTheEngineAll() throws IOException {
        ModelSpec onlyEth = spec(new MarketSpec("simulated", List.of(ETH), TIMEFRAME));
        LastCloses engine = new LastCloses();
        TrainingSet set = builder(onlyEth, engine).build(closes(20, ADA, ETH), folder, 1, _ -> {});
        assertThat(((TrainingSet.Built) set).job().symbols()).containsExactly(ETH);
        assertThat(folder.readGroups()).containsOnly(0);
        assertThat(engine.closes).containsOnlyKeys(ADA, ETH);
    }

    @Test
    void tellsItsProgress() throws IOException {
        List<Double> told = new ArrayList<>();
        builder(spec(new MarketSpec("simulated", List.of(), TIMEFRAME), 2_000), new LastCloses())
                .build(closes(1_000, ADA), folder, 1, told::add);
        assertThat(told).hasSizeGreaterThan(3).isSorted().last().isEqualTo(1.0);
    }

    @Test
    void leavesNoJobWhenThereIsNothingToTrainOn() throws IOException {
        built(spec(), closes(20, ADA));
        Files.writeString(folder.report(), "{}");
        TrainingSet set =
                builder(spec(), new LastCloses()).build(closes(3, ADA), folder, 1, _ -> {});
        assertThat(set).isInstanceOf(TrainingSet.Empty.class);
        assertThat(folder.job()).doesNotExist();
        assertThat(folder.report()).doesNotExist();
        assertThat(builder(spec(), new LastCloses()).build(List.of(), folder, 1, _ -> {}))
                .isInstanceOf(TrainingSet.Empty.class);
    }

    /** The engine that serves, from a far earlier start, gives the bits that were trained on. */
    @Test
    void trainsOnTheBitsThatAreServed() throws IOException {
        FeatureSchema schema = FeatureSet.compact().schema(List.of(ADA, ETH));
        long required = FeatureEngine.requiredHistoryMillis(schema, TIMEFRAME);
        int warmUp = (int) (required / STEP);
        List<MarketClose> closes = closes(warmUp + 500 + 100, ADA, ETH);
        closes.remove(closes.size() - 50);
        TrainingSet.Built set =
                (TrainingSet.Built)
                        new TrainingSetBuilder(spec(), new FeatureEngine(schema))
                                .build(closes, folder, 7, _ -> {});
        assertThat(
                        TrainingSetBuilder.closesAfter(
                                spec(), schema, closes.getLast().closeTimeMillis()))
                .isEqualTo(500 * STEP);

        long[] times = folder.readTimes();
        int[] groups = folder.readGroups();
        assertThat(times[0]).isEqualTo(closes.get(warmUp + 500).closeTimeMillis());
        FeatureEngine live = new FeatureEngine(schema);
        float[] served = new float[schema.size()];
        float[] trained = new float[schema.size()];
        int row = 0;
        try (NpyReader features = folder.openFeatures(set.job())) {
            for (MarketClose close : closes) {
                live.accept(close);
                while (row < times.length && times[row] == close.closeTimeMillis()) {
                    var _ = live.write(set.job().symbols().get(groups[row]), served, 0);
                    features.row(row, trained, 0);
                    assertThat(Arrays.equals(trained, served)).as("row %s", row).isTrue();
                    row++;
                }
            }
        }
        assertThat(row).isEqualTo(times.length).isGreaterThan(150);
    }

    @Test
    void refusesAnotherMarket() {
        ModelSpec other = spec(new MarketSpec("replay", List.of(), TIMEFRAME));
        assertThatThrownBy(() ->
                        builder(other, new LastCloses()).build(closes(20, ADA), folder, 1, _ -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("simulated:1");
        List<MarketClose> disordered = new ArrayList<>(closes(20, ADA).reversed());
        assertThatThrownBy(() ->
                        builder(spec(), new LastCloses()).build(disordered, folder, 1, _ -> {}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(folder.path()).doesNotExist();
    }

    private TrainingSet.Built built(ModelSpec spec, List<MarketClose> closes) throws IOException {
        return (TrainingSet.Built)
                builder(spec, new LastCloses()).build(closes, folder, 7, _ -> {});
    }

    private static TrainingSetBuilder builder(ModelSpec spec, LastCloses engine) {
        return new TrainingSetBuilder(
                spec,
                FeatureSchema.of(List.of("now", "before", "2 before", "4 before")),
                4 * STEP,
                engine);
    }

    private static ModelSpec spec() {
        return spec(new MarketSpec("simulated", List.of(), TIMEFRAME));
    }

    private static ModelSpec spec(MarketSpec market) {
        return spec(market, 100);
    }

    private static ModelSpec spec(MarketSpec market, int windowCandles) {
        return new ModelSpec(
                "test",
                market,
                FeatureSet.standard(),
                new TargetSpec(HORIZON, 0.01, 0.01, 0.05, false, 288),
                TrainerSpec.standard(),
                ValidationSpec.standard(),
                GateSpec.standard(),
                windowCandles);
    }

    private static List<MarketClose> closes(int count, Symbol... symbols) {
        Random random = new Random(17);
        List<MarketClose> closes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<Candle> candles = new ArrayList<>();
            for (Symbol symbol : symbols) {
                double close = 100 + random.nextDouble();
                candles.add(new Candle(symbol, TIMEFRAME, i * STEP, close, close, close, close, 1));
            }
            candles.sort((a, b) -> a.symbol().compareTo(b.symbol()));
            closes.add(new MarketClose("simulated:1", (i + 1) * STEP, candles));
        }
        return closes;
    }

    private static double close(List<MarketClose> closes, Symbol symbol, long closeTimeMillis) {
        return closes.get((int) (closeTimeMillis / STEP) - 1).candles().stream()
                .filter(candle -> candle.symbol().equals(symbol))
                .findFirst()
                .orElseThrow()
                .close();
    }

    /** Features that anybody can check: the close itself and those 1, 2 and 4 candles before. */
    private static final class LastCloses implements TrainingSetBuilder.FeatureRows {

        private static final int[] LAGS = {0, 1, 2, 4};
        private final Map<Symbol, List<Double>> closes = new HashMap<>();

        @Override
        public void accept(MarketClose close) {
            for (Candle candle : close.candles()) {
                closes.computeIfAbsent(candle.symbol(), _ -> new ArrayList<>()).add(candle.close());
            }
        }

        @Override
        public void write(Symbol symbol, float[] row) {
            List<Double> history = closes.get(symbol);
            for (int i = 0; i < LAGS.length; i++) {
                int index = history.size() - 1 - LAGS[i];
                row[i] = index < 0 ? Float.NaN : (float) (double) history.get(index);
            }
        }
    }
}
