package io.auspex.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import io.auspex.model.Head;
import io.auspex.model.TrainerSpec;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LightGbmTrainerTest {

    private static final TestMarket MARKET = new TestMarket(2_000, 16, 3);
    private static final int[] ALL = IntStream.range(0, 2_000).toArray();

    @Test
    void theSameRowsAndSeedGiveTheSameBytes() {
        try (TrainedHeads first = new TrainedHeads(MARKET, TrainedHeads.SPEC, 7);
                TrainedHeads second = new TrainedHeads(MARKET, TrainedHeads.SPEC, 7);
                TrainedHeads other = new TrainedHeads(MARKET, TrainedHeads.SPEC, 8)) {
            assertThat(second.text()).isEqualTo(first.text());
            assertThat(second.onnx()).isEqualTo(first.onnx());
            assertThat(other.text()).isNotEqualTo(first.text());
        }
    }

    /** Labels are exchanged on one dataset: a head must not depend on those trained before it. */
    @Test
    void aHeadTrainedAloneIsTheHeadTrainedAfterOthers() {
        LightGbmTrainer trainer = new LightGbmTrainer(TrainedHeads.SPEC, 7);
        try (TrainedHeads all = new TrainedHeads(MARKET, TrainedHeads.SPEC, 7);
                LightGbmDataset dataset = trainer.bin(MARKET.rows(), ALL, names());
                FittedHead alone =
                        trainer.train(dataset, Head.P_DOWN, MARKET.labels(Head.P_DOWN), n -> {})) {
            assertThat(alone.text()).isEqualTo(all.fitted.get(Head.P_DOWN).text());
        }
    }

    @Test
    void learnsTheScaleOfTheLabels() {
        try (TrainedHeads heads = new TrainedHeads(MARKET, TrainedHeads.SPEC, 7);
                NativeRows rows = NativeRows.all(MARKET.rows())) {
            for (Head head : List.of(Head.P_UP, Head.P_DOWN)) {
                double mean = 0;
                for (double raw : heads.fitted.get(head).rawScores(rows)) {
                    mean += 1 / (1 + Math.exp(-raw)) / rows.rows();
                }
                double rate = 0;
                for (float label : MARKET.labels(head)) {
                    rate += label / rows.rows();
                }
                assertThat(mean).isCloseTo(rate, within(0.02));
            }
        }
    }

    @Test
    void aHeadWithTooFewPositivesBecomesItsBaseRate() {
        LightGbmTrainer trainer = new LightGbmTrainer(TrainedHeads.SPEC, 7);
        float[] none = new float[2_000];
        float[] few = new float[2_000];
        Arrays.fill(few, 100, 100 + LightGbmTrainer.MIN_CLASS_ROWS - 1, 1);
        float[] all = new float[2_000];
        Arrays.fill(all, 1);
        try (NativeRows rows = NativeRows.all(MARKET.rows());
                LightGbmDataset dataset = trainer.bin(MARKET.rows(), ALL, names())) {
            for (float[] labels : List.of(none, few, all)) {
                try (FittedHead head = trainer.train(dataset, Head.P_STOP, labels, n -> {})) {
                    assertThat(head).isInstanceOf(FittedHead.Constant.class);
                    assertThat(head.rawScores(rows)).hasSize(2_000).containsOnly(score(head));
                    assertThat(score(head)).isFinite();
                }
            }
            try (FittedHead head = trainer.train(dataset, Head.P_STOP, few, n -> {})) {
                assertThat(1 / (1 + Math.exp(-score(head)))).isCloseTo(19.5 / 2_001, within(1e-9));
            }
        }
    }

    @Test
    void constantHeadsSurviveTheExport() throws OrtException {
        TestMarket handful = new TestMarket(30, 16, 3);
        float[] nothing = new float[handful.features().length];
        TrainerSpec hungry = new TrainerSpec("lightgbm", 5, 7, 0.1, 1_500, 1, 1, 0, 63, false);
        try (TrainedHeads heads = new TrainedHeads(handful, hungry, 7);
                OnnxSession session = new OnnxSession(heads.onnx())) {
            assertThat(heads.models.values()).allMatch(model -> model.trees().isEmpty());
            float actual = session.run(Rows.of(nothing, 16), 0, 3).get(Head.P_STOP.code())[2];
            double raw = heads.models.get(Head.P_STOP).base();
            assertThat((double) actual)
                    .isCloseTo(
                            TrainedHeads.CALIBRATIONS.get(Head.P_STOP).probability(raw),
                            within(1e-7));
        }
    }

    @Test
    void namesThatLightGbmRefusesAreLeftOut() {
        LightGbmTrainer trainer = new LightGbmTrainer(TrainedHeads.SPEC, 7);
        List<String> names = IntStream.range(0, 16).mapToObj(j -> "rsi, {" + j + "} %").toList();
        try (LightGbmDataset dataset = trainer.bin(MARKET.rows(), ALL, names);
                FittedHead head =
                        trainer.train(dataset, Head.P_UP, MARKET.labels(Head.P_UP), n -> {})) {
            assertThat(head.text()).contains("Column_3");
        }
    }

    @Test
    void saysWhatToInstallWhenOpenMpIsMissing() {
        assertThat(
                        LightGbmLibrary.explain(
                                "/tmp/lib_lightgbm.so: libgomp.so.1: cannot open shared object"
                                        + " file: No such file or directory"))
                .contains("apt-get install libgomp1");
    }

    @Test
    void knowsThePlatformsThatTheJarHasLibrariesFor() {
        for (String[] platform :
                new String[][] {
                    {"Linux", "amd64"},
                    {"Linux", "aarch64"},
                    {"Mac OS X", "x86_64"},
                    {"Mac OS X", "aarch64"},
                    {"Windows 11", "amd64"}
                }) {
            LightGbmLibrary.Platform known = LightGbmLibrary.Platform.of(platform[0], platform[1]);
            for (String file : known.files()) {
                assertThat(getClass().getClassLoader().getResource(known.folder() + file))
                        .as(known.folder() + file)
                        .isNotNull();
            }
        }
        assertThatThrownBy(() -> LightGbmLibrary.Platform.of("Linux", "riscv64"))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("no library for Linux on riscv64");
    }

    @Test
    void refusesATrainerThatIsNotBuiltIn() {
        assertThatThrownBy(() ->
                        new LightGbmTrainer(
                                new TrainerSpec("oracle", 5, 7, 0.1, 1, 1, 1, 0, 63, false), 1))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("'oracle' is not built in");
    }

    private static double score(FittedHead head) {
        return ((FittedHead.Constant) head).score();
    }

    private static List<String> names() {
        return IntStream.range(0, 16).mapToObj(j -> "feature_" + j + "@5m").toList();
    }
}
