package io.auspex.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.auspex.model.Calibration;
import io.auspex.model.Head;
import io.auspex.model.HeadMetrics;
import io.auspex.model.LossTest;
import io.auspex.model.ModelKind;
import io.auspex.model.TrainerSpec;
import io.auspex.model.TrainingReport;
import io.auspex.platform.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TrainingRunTest {

    private static final TrainerSpec SPEC =
            new TrainerSpec("lightgbm", 30, 7, 0.1, 50, 0.5, 0.7, 5.0, 63, false);
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final TestJob JOB = new TestJob(6_000, 24, SPEC);

    private static TrainedModel model;

    @BeforeAll
    static void train() {
        model = TrainingRun.run(JOB.data(), TrainingProgress.SILENT, InstantSource.fixed(NOW));
    }

    @Test
    void theSameDataGiveTheSameFiles() {
        TrainedModel again =
                TrainingRun.run(
                        JOB.data(),
                        TrainingProgress.SILENT,
                        InstantSource.fixed(NOW.plusSeconds(9)));
        assertThat(again.onnx()).isEqualTo(model.onnx());
        assertThat(again.text()).isEqualTo(model.text());
        assertThat(again.outOfSamplePredictions()).isEqualTo(model.outOfSamplePredictions());
        assertThat(again.parityExpected()).isEqualTo(model.parityExpected());
    }

    /** Not in the file: it would be a third of it, and only who serves needs it. */
    @Test
    void theReportHasTheProfileOfTheRowsAndTheFileHasNot() {
        var profile = model.report().profile();
        assertThat(profile).isNotNull();
        assertThat(profile.rows()).isEqualTo(6_000);
        assertThat(profile.features().keySet()).containsExactlyElementsOf(JOB.job.schema().names());
        assertThat(profile.features().get("f_4@5m~1").missing()).isBetween(0.17, 0.23);
        assertThat(new String(model.onnx(), StandardCharsets.ISO_8859_1))
                .contains("\"calibration\"")
                .doesNotContain("\"profile\"");
    }

    @Test
    void predictsEveryRowAfterTheFirstTrainingShareOutOfSample() {
        long[] rows = model.outOfSampleRows();
        assertThat(rows).isEqualTo(LongStream.range(2_400, 6_000).toArray());
        assertThat(model.outOfSamplePredictions()).hasSize(rows.length * 4);
        assertThat(model.report().folds()).hasSize(5);
        int purged = 4 * (6 + 6);
        assertThat(model.report().folds().getFirst().trainRows()).isEqualTo(2_400 - purged);
        assertThat(model.report().folds().stream().mapToLong(f -> f.testRows()).sum())
                .isEqualTo(rows.length);
    }

    @Test
    void findsThePlantedSignal() {
        TrainingReport report = model.report();
        for (Head head : List.of(Head.P_UP, Head.P_DOWN)) {
            var metrics = (HeadMetrics.Probability) report.total().get(head);
            assertThat(metrics.logLoss()).isLessThan(metrics.baseLogLoss());
            assertThat(metrics.auc()).isGreaterThan(0.55);
        }
        var returns = (HeadMetrics.Return) report.total().get(Head.EXPECTED_RETURN);
        assertThat(returns.rankIc()).isGreaterThan(0.05);
        assertThat(report.evidence().passes(0.01)).isTrue();
        assertThat(report.importance().values().stream().mapToDouble(v -> v).sum())
                .isCloseTo(1, within(1e-9));
    }

    /** Shuffled targets have nothing to learn; a leak from the test spans would show here. */
    @Test
    void findsNothingInShuffledTargets() {
        float[] targets = JOB.market.targets().clone();
        List<float[]> rows = new ArrayList<>();
        for (int i = 0; i < targets.length; i += 4) {
            rows.add(Arrays.copyOfRange(targets, i, i + 4));
        }
        Collections.shuffle(rows, new Random(5));
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, targets, i * 4, 4);
        }
        TrainedModel noise =
                TrainingRun.run(
                        new TrainingData(JOB.job, JOB.market.rows(), targets, JOB.times),
                        TrainingProgress.SILENT,
                        InstantSource.fixed(NOW));
        assertThat(noise.report().evidence().passes(0.01)).isFalse();
        assertThat(noise.report().evidence().move()).isInstanceOf(LossTest.Tested.class);
        var up = (HeadMetrics.Probability) noise.report().total().get(Head.P_UP);
        assertThat(up.auc()).isBetween(0.46, 0.54);
    }

    @Test
    void theFirstFoldIsUncalibratedAndTheReturnAlwaysIs() {
        int[] training = IntStream.range(0, 2_352).toArray();
        float[] targets = Arrays.copyOf(JOB.market.targets(), training.length * 4);
        try (FittedModel first =
                        new LightGbmTrainer(SPEC, JOB.job.seed())
                                .fit(
                                        JOB.market.rows(),
                                        training,
                                        JOB.job.schema().names(),
                                        targets,
                                        EarlierTrees.none(),
                                        (head, trees) -> {});
                NativeRows test =
                        NativeRows.of(JOB.market.rows(), IntStream.range(2_400, 3_000).toArray())) {
            double[] raw = first.rawScores(test);
            for (int i = 0; i < raw.length; i++) {
                assertThat(model.outOfSamplePredictions()[i])
                        .isEqualTo(
                                (float)
                                        Calibration.IDENTITY.output(
                                                ModelKind.MARKET.heads().get(i % 4), raw[i]));
            }
        }
        assertThat(model.report().calibration().get(Head.EXPECTED_RETURN))
                .isEqualTo(Calibration.IDENTITY);
        assertThat(model.report().calibration().get(Head.P_UP)).isNotEqualTo(Calibration.IDENTITY);
    }

    @Test
    void aShortSpanMovesTheCalibrationLittle() {
        Calibration fit = new Calibration(2, -0.4);
        assertThat(WalkForwardScores.cautious(fit, 0).slope()).isOne();
        assertThat(WalkForwardScores.cautious(fit, 0).intercept()).isZero();
        assertThat(WalkForwardScores.cautious(fit, WalkForwardScores.PRIOR_HORIZONS))
                .isEqualTo(new Calibration(1.5, -0.2));
        assertThat(WalkForwardScores.cautious(fit, 1e9).slope()).isCloseTo(2, within(1e-6));
    }

    /** Which calibration a fold gets must not depend on anything that its test span knows. */
    @Test
    void predictionsDoNotChangeWhenTheFutureDoes() {
        float[] targets = JOB.market.targets().clone();
        int changed = 4_560;
        for (int i = changed * 4; i < targets.length; i++) {
            targets[i] = i % 4 == Head.EXPECTED_RETURN.ordinal() ? -targets[i] : 1 - targets[i];
        }
        TrainedModel other =
                TrainingRun.run(
                        new TrainingData(JOB.job, JOB.market.rows(), targets, JOB.times),
                        TrainingProgress.SILENT,
                        InstantSource.fixed(NOW));
        int unchanged = (changed - 2_400) * 4;
        assertThat(Arrays.copyOf(other.outOfSamplePredictions(), unchanged))
                .isEqualTo(Arrays.copyOf(model.outOfSamplePredictions(), unchanged));
        assertThat(other.outOfSamplePredictions()).isNotEqualTo(model.outOfSamplePredictions());
    }

    @Test
    void theConformalIntervalCoversWhatItPromises() {
        double half = model.report().conformal().get("0.9");
        int covered = 0;
        long[] rows = model.outOfSampleRows();
        for (int i = 0; i < rows.length; i++) {
            float predicted = model.outOfSamplePredictions()[i * 4 + 2];
            float actual = JOB.market.targets()[(int) rows[i] * 4 + 2];
            covered += Math.abs(actual - predicted) <= half ? 1 : 0;
        }
        assertThat(covered / (double) rows.length).isBetween(0.9, 0.91);
        assertThat(model.report().conformal().get("0.8")).isLessThan(half);
    }

    @Test
    void onnxRuntimeAnswersTheProbeAndTheParityRows() throws OrtException {
        try (OnnxSession session = new OnnxSession(model.onnx())) {
            float[][] probe = model.report().probe().rows();
            assertThat(probe).hasDimensions(32, 24);
            for (int i = 0; i < probe.length; i++) {
                Map<String, float[]> answer = session.run(Rows.of(probe[i], 24), 0, 1);
                for (Head head : ModelKind.MARKET.heads()) {
                    assertThat((double) answer.get(head.code())[0])
                            .isCloseTo(
                                    model.report().probe().outputs().get(head).get(i),
                                    within(1e-6));
                }
            }
            Rows parity = model.parityFeatures();
            double[] expected = model.parityExpected();
            Map<String, float[]> answers = session.run(parity, 0, parity.count());
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) answers.get(ModelKind.MARKET.heads().get(i % 4).code())[i / 4])
                        .isCloseTo(expected[i], within(1e-6));
            }
        }
    }

    @Test
    void theFileSaysWhatItIs() throws OrtException, JsonProcessingException {
        try (OnnxSession session = new OnnxSession(model.onnx())) {
            assertThat(session.session().getMetadata().getProducerName()).isEqualTo("auspex");
            Map<String, String> metadata = session.session().getMetadata().getCustomMetadata();
            assertThat(metadata)
                    .containsOnlyKeys(
                            "auspex.model",
                            "auspex.schema_names",
                            "auspex.schema_hash",
                            "auspex.market",
                            "auspex.targets",
                            "auspex.provenance",
                            "auspex.report",
                            "auspex.conformal");
            TrainingReport inside =
                    Json.mapper().readValue(metadata.get("auspex.report"), TrainingReport.class);
            assertThat(inside.total()).isEqualTo(model.report().total());
            assertThat(inside.probe()).isEqualTo(model.report().probe());
            assertThat(inside.provenance().createdAt()).isEqualTo(model.report().data().to());
            assertThat(model.report().provenance().createdAt()).isEqualTo(NOW);
            assertThat(metadata).containsEntry("auspex.schema_hash", JOB.job.schema().hash());
            assertThat(Json.mapper().readTree(metadata.get("auspex.provenance")).at("/data/sha256"))
                    .hasToString("\"" + "ab".repeat(32) + "\"");
        }
    }

    @Test
    void rowsWithoutTargetsAreLeftOutOfTrainingButPredicted() {
        float[] targets = JOB.market.targets().clone();
        Arrays.fill(targets, targets.length - 4 * 24, targets.length, Float.NaN);
        TrainedModel shorter =
                TrainingRun.run(
                        new TrainingData(JOB.job, JOB.market.rows(), targets, JOB.times),
                        TrainingProgress.SILENT,
                        InstantSource.fixed(NOW));
        assertThat(shorter.report().rows()).isEqualTo(6_000 - 24);
        assertThat(shorter.outOfSampleRows()).hasSize(3_600);
        assertThat(shorter.report().data().to()).isBefore(model.report().data().to());
        assertThat(shorter.report().total().get(Head.P_UP).rows()).isEqualTo(3_600 - 24);
    }

    @Test
    void survivesFeaturesAndTargetsThatSayNothing() {
        float[] features = new float[JOB.market.features().length];
        Arrays.fill(features, Float.NaN);
        TrainedModel empty =
                TrainingRun.run(
                        new TrainingData(
                                JOB.job,
                                Rows.of(features, 24),
                                new float[JOB.times.length * 4],
                                JOB.times),
                        TrainingProgress.SILENT,
                        InstantSource.fixed(NOW));
        assertThat(empty.report().evidence().passes(0.49)).isFalse();
        assertThat(empty.report().importance()).isEmpty();
        assertThat(empty.outOfSamplePredictions()).doesNotContain(Float.NaN);
    }

    @Test
    void percentNeverFallsAndPhasesComeInOrder() {
        List<Phase> phases = new ArrayList<>();
        List<Integer> percents = new ArrayList<>();
        TrainedModel measured =
                TrainingRun.run(
                        JOB.data(),
                        (phase, percent, message) -> {
                            if (phases.isEmpty() || phases.getLast() != phase) {
                                phases.add(phase);
                            }
                            percents.add(percent);
                        },
                        InstantSource.system());
        assertThat(percents).isSorted().first().isEqualTo(2);
        assertThat(percents.getLast()).isEqualTo(100);
        assertThat(phases)
                .containsExactly(Phase.FOLDS, Phase.FIT, Phase.EXPORT, Phase.VERIFY, Phase.DONE);
        assertThat(measured.report().seconds()).containsKeys("folds", "fit", "export", "verify");
        assertThat(measured.report().peakMemoryBytes()).isPositive();
    }

    @Test
    void refusesPartsThatDoNotBelongTogether() {
        Rows rows = JOB.market.rows();
        float[] targets = JOB.market.targets();
        refused(JOB.market.rows(), targets, new long[7], "do not belong together");
        refused(Rows.of(new float[6_000], 1), targets, JOB.times, "the schema 24");
        float[] wrong = targets.clone();
        wrong[4] = 0.5f;
        refused(rows, wrong, JOB.times, "target p_up of row 1 is 0.5");
        long[] backwards = JOB.times.clone();
        backwards[100] = 0;
        refused(rows, targets, backwards, "row 100 goes back in time");
        float[] unknown = new float[targets.length];
        Arrays.fill(unknown, Float.NaN);
        refused(rows, unknown, JOB.times, "none of 6000 rows");
    }

    private static void refused(Rows rows, float[] targets, long[] times, String message) {
        assertThatThrownBy(() -> new TrainingData(JOB.job, rows, targets, times))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
