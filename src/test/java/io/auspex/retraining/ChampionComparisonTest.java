package io.auspex.retraining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.auspex.dataset.CandleWriter;
import io.auspex.dataset.JobFolder;
import io.auspex.dataset.JobSpec;
import io.auspex.dataset.Npy;
import io.auspex.dataset.NpyWriter;
import io.auspex.features.FeatureSchema;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.model.LossTest;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelKind;
import io.auspex.model.ModelSpec;
import io.auspex.retraining.GateCase.Champion;
import io.auspex.retraining.GateCase.Check;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job folder made by hand: one symbol, 2,000 closes, whose first feature is the chance to rise.
 */
class ChampionComparisonTest {

    private static final int ROWS = 2_000;
    private static final int HEADS = ModelKind.MARKET.heads().size();
    private static final Symbol SYMBOL = new Symbol("ETHBTC");
    private static final long STEP = Timeframe.FIVE_MINUTES.millis();
    private static final FeatureSchema SCHEMA = FeatureSchema.of(List.of("hour_sin", "hour_cos"));
    private static final FeatureSchema OTHER_SCHEMA = FeatureSchema.of(List.of("hour_cos"));

    private final float[] predictions = new float[ROWS * HEADS];
    private final List<MarketClose> closes = new ArrayList<>();

    @TempDir Path path;

    private JobFolder folder = new JobFolder(Path.of("."));
    private JobSpec job = job();

    @BeforeEach
    void writeFolder() throws IOException {
        folder = new JobFolder(path);
        Random random = new Random(3);
        try (NpyWriter features = NpyWriter.matrix(folder.features(), Npy.Type.FLOAT32, 2);
                NpyWriter targets = NpyWriter.matrix(folder.targets(), Npy.Type.FLOAT32, HEADS);
                NpyWriter times = NpyWriter.vector(folder.times(), Npy.Type.INT64);
                NpyWriter groups = NpyWriter.vector(folder.groups(), Npy.Type.INT32);
                NpyWriter rows = NpyWriter.vector(folder.outOfSampleRows(), Npy.Type.INT64);
                NpyWriter out =
                        NpyWriter.matrix(
                                folder.outOfSamplePredictions(), Npy.Type.FLOAT32, HEADS)) {
            for (int i = 0; i < ROWS; i++) {
                float chance = random.nextBoolean() ? 0.8f : 0.2f;
                float up = random.nextFloat() < chance ? 1 : 0;
                features.addRow(new float[] {chance, 0}, 0);
                targets.addRow(new float[] {up, 1 - up, 0, 0}, 0);
                times.add(time(i));
                groups.add(0);
                rows.add((long) i);
                float[] row = {chance, 1 - chance, 0, 0.1f};
                System.arraycopy(row, 0, predictions, i * HEADS, HEADS);
                out.addRow(row, 0);
                closes.add(
                        new MarketClose(
                                "simulated:1",
                                time(i),
                                List.of(
                                        new Candle(
                                                SYMBOL,
                                                Timeframe.FIVE_MINUTES,
                                                time(i) - STEP,
                                                1,
                                                1,
                                                1,
                                                1,
                                                1))));
            }
            for (NpyWriter writer : List.of(features, targets, times, groups, rows, out)) {
                writer.commit();
            }
        }
    }

    @Test
    void aChampionThatKnowsNothingIsBeaten() throws IOException {
        Champion compared = compare(time(-1), SCHEMA, constant(0.5f));
        assertThat(compared)
                .asInstanceOf(type(Champion.Compared.class))
                .satisfies(result -> {
                    assertThat(result.version()).isEqualTo(4);
                    assertThat(result.against().passes(0.001)).isTrue();
                    assertThat(result.against().move().rows()).isEqualTo(ROWS);
                });
    }

    @Test
    void aChampionThatKnowsAsMuchIsNotBeaten() throws IOException {
        Champion compared = compare(time(-1), SCHEMA, oracle());
        assertThat(compared)
                .asInstanceOf(type(Champion.Compared.class))
                .satisfies(result -> assertThat(result.against().passes(0.3)).isFalse());
    }

    @Test
    void onlyRowsThatTheChampionHasNotSeenCount() throws IOException {
        int needed = 8 * 3 * 24;
        assertThat(compare(time(ROWS - needed - 1), SCHEMA, constant(0.5f)))
                .asInstanceOf(type(Champion.Compared.class))
                .extracting(result -> result.against().move().rows())
                .isEqualTo((long) needed);
        assertThat(compare(time(ROWS - needed), SCHEMA, constant(0.5f)))
                .isEqualTo(new Champion.TooFewRows(4, needed - 1, needed));
        assertThat(compare(time(ROWS), SCHEMA, constant(0.5f)))
                .isEqualTo(new Champion.TooFewRows(4, 0, needed));
    }

    @Test
    void aChampionOfAnotherSchemaGetsItsOwnFeaturesOfTheSameCandles() throws IOException {
        List<Float> seen = new ArrayList<>();
        Scorer champion =
                new Scorer() {
                    @Override
                    public List<Head> heads() {
                        return ModelKind.MARKET.heads();
                    }

                    @Override
                    public void run(FloatBuffer rows, int n, float[][] headsOut) {
                        for (int i = 0; i < n; i++) {
                            seen.add(rows.get(i));
                        }
                        for (float[] head : headsOut) {
                            Arrays.fill(head, 0.5f);
                        }
                    }
                };
        assertThat(compare(time(-1), OTHER_SCHEMA, champion))
                .asInstanceOf(type(Champion.Compared.class))
                .satisfies(result ->
                        assertThat(result.against().move()).isInstanceOf(LossTest.Tested.class));
        assertThat(seen).hasSize(ROWS).allMatch(value -> value >= -1 && value <= 1);
        // The hour comes round every 288 closes of five minutes.
        assertThat(seen.get(0)).isNotEqualTo(seen.get(144)).isEqualTo(seen.get(288));
    }

    @Test
    void parityNamesTheFirstAnswerThatIsOff() throws IOException {
        parity(0);
        assertThat(Parity.check(folder, 2, oracle())).isEqualTo(new Check.Passed());
        parity(3e-6);
        assertThat(Parity.check(folder, 2, oracle()))
                .asInstanceOf(type(Check.Broken.class))
                .satisfies(
                        broken -> assertThat(broken.reason()).startsWith("parity: p_up of row 1"));
        assertThat(Parity.check(folder, 2, constant(Float.NaN))).isInstanceOf(Check.Broken.class);
    }

    private void parity(double error) throws IOException {
        NpyWriter.write(folder.parityFeatures(), new float[] {0.25f, 0, 0.5f, 0}, 2);
        double[] expected = {0.25, 0.75, 0, 0.1f, 0.5 + error, 0.5, 0, 0.1f};
        NpyWriter.write(folder.parityExpected(), expected, HEADS);
    }

    private Champion compare(long dataTo, FeatureSchema schema, Scorer champion)
            throws IOException {
        try (CandleWriter candles = new CandleWriter(folder)) {
            closes.forEach(candles::add);
            candles.commit(job.spec(), job.schema(), job.seed());
        }
        return new ChampionComparison(folder, job)
                .compare(4, Instant.ofEpochMilli(dataTo), schema, champion);
    }

    private static long time(int row) {
        return (row + 1_000L) * STEP;
    }

    private static JobSpec job() {
        ModelSpec spec =
                ModelSpec.standard(
                        "m", new MarketSpec("simulated", List.of(), Timeframe.FIVE_MINUTES));
        return new JobSpec(spec, 1, SCHEMA, List.of(SYMBOL), "0".repeat(64));
    }

    /** Says the same whatever it is asked. */
    private static Scorer constant(float answer) {
        return scorer(_ -> new float[] {answer, answer, answer, answer});
    }

    /** Takes the chance from the first feature. */
    private static Scorer oracle() {
        return scorer(chance -> new float[] {chance, 1 - chance, 0, 0.1f});
    }

    private interface Answers {
        float[] to(float firstFeature);
    }

    private static Scorer scorer(Answers answers) {
        return new Scorer() {
            @Override
            public List<Head> heads() {
                return ModelKind.MARKET.heads();
            }

            @Override
            public void run(FloatBuffer rows, int n, float[][] headsOut) {
                for (int i = 0; i < n; i++) {
                    float[] answer = answers.to(rows.get(i * 2));
                    for (int head = 0; head < HEADS; head++) {
                        headsOut[head][i] = answer[head];
                    }
                }
            }
        };
    }
}
