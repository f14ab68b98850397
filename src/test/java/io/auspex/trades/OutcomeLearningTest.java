package io.auspex.trades;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.dataset.JobFolder;
import io.auspex.dataset.JobSpec;
import io.auspex.dataset.NpyReader;
import io.auspex.dataset.TrainingSet;
import io.auspex.features.FeatureSchema;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.model.LossTest;
import io.auspex.model.ModelKind;
import io.auspex.model.ModelSpec;
import io.auspex.model.TradeEntry;
import io.auspex.model.TrainerSpec;
import io.auspex.platform.Failure;
import io.auspex.platform.Json;
import io.auspex.serving.LiveMarket;
import io.auspex.serving.TrialModel;
import io.auspex.training.Rows;
import io.auspex.training.TrainedModel;
import io.auspex.training.TrainingData;
import io.auspex.training.TrainingProgress;
import io.auspex.training.TrainingRun;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be learnt from two hundred trades, without a service. */
class OutcomeLearningTest {

    private static final int NOISE_SEEDS = 40;

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"gbdt", "rf"})
    void whatIsInTheTradesIsLearntAndTheGraphSaysTheSame(String boosting) throws IOException {
        TrainedModel model = train(spec(boosting), TradeStories.of(1, 200, 0.4), "planted");
        var evidence = model.report().evidence();
        assertThat(evidence.direction()).isNull();
        assertThat(evidence.passes(0.01)).as(evidence.move().describe()).isTrue();
        assertThat(model.report().total()).containsOnlyKeys(Head.P_PROFIT, Head.EXPECTED_PNL);

        try (TrialModel graph = TrialModel.open(model.onnx())) {
            assertThat(graph.heads()).isEqualTo(ModelKind.TRADE_OUTCOME.heads());
            assertThat(graph.schema()).isEqualTo(TradeEntry.SCHEMA);
            JsonNode report = Json.mapper().valueToTree(model.report());
            assertThat(graph.selfTest(report)).isEmpty();
            int rows = model.parityFeatures().count();
            float[] features = new float[rows * 7];
            for (int i = 0; i < rows; i++) {
                model.parityFeatures().row(i, features, i * 7);
            }
            float[][] answers = new float[2][rows];
            graph.run(FloatBuffer.wrap(features), rows, answers);
            double[] expected = model.parityExpected();
            for (int i = 0; i < rows; i++) {
                assertThat((double) answers[0][i]).isCloseTo(expected[2 * i], within(1e-6));
                assertThat((double) answers[1][i])
                        .isCloseTo(
                                expected[2 * i + 1],
                                within(1e-5 * Math.max(1e-3, Math.abs(expected[2 * i + 1]))));
            }
        }
    }

    /** At a significance of 1 %, 4 of 40 would be an accident of less than one in a thousand. */
    @Test
    void noiseIsHardlyEverTakenForKnowledge() throws IOException {
        int passed = 0;
        for (int seed = 100; seed < 100 + NOISE_SEEDS; seed++) {
            TrainedModel model =
                    train(spec("gbdt"), TradeStories.of(seed, 200, 0), "noise-" + seed);
            passed += model.report().evidence().passes(0.01) ? 1 : 0;
        }
        assertThat(passed).isLessThan(4);
    }

    @Test
    void fewTradesProveNothingHoweverClearTheyAre() throws IOException {
        TrainedModel model = train(spec("gbdt"), TradeStories.of(3, 100, 0.5), "few");
        assertThat(model.report().evidence().move()).isInstanceOf(LossTest.Untestable.class);
        assertThat(model.report().evidence().passes(0.01)).isFalse();
        assertThat(
                        TradeRowsWriter.write(
                                spec("gbdt"),
                                TradeStories.of(3, 19, 0.5),
                                new JobFolder(folder.resolve("none")),
                                1))
                .isEqualTo(new TrainingSet.Empty("19 closed trades, 20 are needed"));
    }

    /** No trade that is trained on may end after the first entry that is tested. */
    @Test
    void theHorizonIsTheLongestTimeThatATradeWasHeld() throws IOException {
        List<ClosedTrade> trades = TradeStories.of(4, 200, 0.2);
        JobFolder job = new JobFolder(folder.resolve("horizon"));
        TrainingSet.Built built =
                (TrainingSet.Built) TradeRowsWriter.write(spec("gbdt"), trades, job, 1);
        long longest =
                trades.stream()
                        .mapToLong(t -> t.exitTime().toEpochMilli() - t.entryTime().toEpochMilli())
                        .max()
                        .orElseThrow();
        long horizon =
                built.job().spec().targets().horizonCandles() * Timeframe.FIVE_MINUTES.millis();
        assertThat(horizon).isBetween(longest, longest + Timeframe.FIVE_MINUTES.millis());
        assertThat(job.readJob()).isEqualTo(built.job());
    }

    /** The graph is the same: what the file says of its columns is all that tells them apart. */
    @Test
    void aFileWithOtherFeaturesThanTheSevenIsRefusedAtLoad() throws Exception {
        byte[] onnx = train(spec("gbdt"), TradeStories.of(5, 200, 0.4), "expected").onnx();
        List<String> seven = TradeEntry.SCHEMA.names();
        try (TrialModel as = TrialModel.open(declaring(onnx, seven))) {
            assertThat(as.schema()).isEqualTo(TradeEntry.SCHEMA);
        }
        List<String> swapped = new ArrayList<>(seven);
        Collections.swap(swapped, 0, 6);
        List<String> renamed = new ArrayList<>(seven);
        renamed.set(1, "entry_macd");
        List<String> eight = new ArrayList<>(seven);
        eight.add("weekday");
        for (List<String> other : List.of(swapped, renamed, seven.subList(0, 6), eight)) {
            assertThatThrownBy(() -> TrialModel.open(declaring(onnx, other)))
                    .as("%s", other)
                    .isInstanceOfSatisfying(
                            Failure.class,
                            refused -> {
                                assertThat(refused.category()).isEqualTo(Failure.Category.CONFLICT);
                                assertThat(refused.slug()).isEqualTo("version-unusable");
                            })
                    .hasMessage(
                            "a model of kind trade-outcome has the features %s in this order, not %s",
                            seven, other);
        }
    }

    /** The file, with other names and their hash in its metadata. */
    private static byte[] declaring(byte[] onnx, List<String> features) throws IOException {
        ModelProto.Builder file = ModelProto.parseFrom(onnx).toBuilder();
        Map<String, String> texts =
                Map.of(
                        "auspex.schema_names", Json.mapper().writeValueAsString(features),
                        "auspex.schema_hash", FeatureSchema.of(features).hash());
        file.getMetadataPropsBuilderList().stream()
                .filter(entry -> texts.containsKey(entry.getKey()))
                .forEach(entry -> entry.setValue(texts.get(entry.getKey())));
        return file.build().toByteArray();
    }

    static ModelSpec spec(String boosting) {
        return TradeOutcomeModel.spec(
                new LiveMarket(
                        TradeMarket.FEED,
                        Timeframe.FIVE_MINUTES,
                        Collections.unmodifiableSortedSet(new TreeSet<>())),
                new TradesConfig() {
                    @Override
                    public int maxBatch() {
                        return 1_000;
                    }

                    @Override
                    public int buffer() {
                        return 10;
                    }

                    @Override
                    public int window() {
                        return 200;
                    }

                    @Override
                    public int minTestRows() {
                        return 80;
                    }

                    @Override
                    public String boosting() {
                        return boosting;
                    }
                });
    }

    private TrainedModel train(ModelSpec spec, List<ClosedTrade> trades, String name)
            throws IOException {
        JobFolder job = new JobFolder(folder.resolve(name));
        assertThat(TradeRowsWriter.write(spec, trades, job, 7))
                .isInstanceOf(TrainingSet.Built.class);
        JobSpec read = job.readJob();
        assertThat(read.spec().trainer().boosting())
                .isIn(TrainerSpec.Boosting.GRADIENT, TrainerSpec.Boosting.FOREST);
        try (NpyReader features = job.openFeatures(read)) {
            return TrainingRun.run(
                    new TrainingData(
                            read,
                            Rows.of(features),
                            job.readTargets(ModelKind.TRADE_OUTCOME, features.rows()),
                            job.readTimes()),
                    TrainingProgress.SILENT,
                    InstantSource.fixed(Instant.EPOCH));
        }
    }
}
