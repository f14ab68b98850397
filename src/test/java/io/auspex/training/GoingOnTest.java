package io.auspex.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.model.Head;
import io.auspex.model.HeadMetrics;
import io.auspex.model.TrainerSpec;
import io.auspex.model.TrainerSpec.Mode;
import io.auspex.training.Tree.Leaf;
import io.auspex.training.Tree.Node;
import io.auspex.training.Tree.Split;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Trainings that begin with the trees of another model. Each run verifies its own export. */
class GoingOnTest {

    private static final int TREES = 20;
    private static final TrainerSpec SPEC =
            new TrainerSpec("lightgbm", TREES, 7, 0.1, 50, 0.5, 0.7, 5.0, 63, false);
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);

    private static TrainedModel champion;

    @BeforeAll
    static void trainTheChampion() {
        champion = TrainingRun.run(job(Mode.FULL).data(), TrainingProgress.SILENT, CLOCK);
    }

    @Test
    void continuingAddsAQuarterToTheChampionsTrees() {
        TrainedModel continued = goOn(Mode.CONTINUE);
        // P_STOP never happens in this market: a constant.
        for (Head head : List.of(Head.P_UP, Head.P_DOWN, Head.EXPECTED_RETURN)) {
            LightGbmModel before = trees(champion, head);
            LightGbmModel after = trees(continued, head);
            assertThat(after.trees()).hasSize(TREES + TREES / 4);
            assertThat(after.trees().subList(0, TREES)).isEqualTo(before.trees());
        }
    }

    @Test
    void renewingLeavesKeepsEverySplit() {
        TrainedModel renewed = goOn(Mode.REFIT_LEAVES);
        LightGbmModel before = trees(champion, Head.P_UP);
        LightGbmModel after = trees(renewed, Head.P_UP);
        assertThat(after.trees()).hasSize(TREES);
        for (int i = 0; i < TREES; i++) {
            assertThat(shape(after.trees().get(i).root()))
                    .isEqualTo(shape(before.trees().get(i).root()));
        }
        assertThat(after.trees()).isNotEqualTo(before.trees());
    }

    /** The champion has seen every test row: whatever it knows must not reach the evidence. */
    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"CONTINUE", "REFIT_LEAVES"})
    void theFoldsKnowNothingOfTheChampion(Mode mode) {
        TrainedModel with = goOn(mode);
        TrainedModel without = TrainingRun.run(job(mode).data(), TrainingProgress.SILENT, CLOCK);
        assertThat(with.outOfSamplePredictions()).isEqualTo(without.outOfSamplePredictions());
        assertThat(with.report().calibration()).isEqualTo(without.report().calibration());
        assertThat(with.text()).isNotEqualTo(without.text());
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"CONTINUE", "REFIT_LEAVES"})
    void theFoldsStillFindWhatIsPlanted(Mode mode) {
        TrainedModel model = goOn(mode);
        var metrics = (HeadMetrics.Probability) model.report().total().get(Head.P_UP);
        assertThat(metrics.logLoss()).isLessThan(metrics.baseLogLoss());
        assertThat(goOn(mode).text()).isEqualTo(model.text());
    }

    @Test
    void aModelThatHasGrownToItsBoundIsTrainedInFull() {
        TrainedModel model = champion;
        int trees = TREES;
        while (trees + TREES / 4 <= LightGbmTrainer.MAX_GROWTH * TREES) {
            model = goOn(Mode.CONTINUE, model);
            trees += TREES / 4;
            assertThat(trees(model, Head.P_UP).trees()).hasSize(trees);
        }
        assertThat(trees(goOn(Mode.CONTINUE, model), Head.P_UP).trees()).hasSize(TREES);
    }

    private static TestJob job(Mode mode) {
        return new TestJob(2_400, 12, SPEC.withMode(mode));
    }

    private static TrainedModel goOn(Mode mode) {
        return goOn(mode, champion);
    }

    private static TrainedModel goOn(Mode mode, TrainedModel from) {
        return TrainingRun.run(job(mode).data(), from.text(), TrainingProgress.SILENT, CLOCK);
    }

    private static LightGbmModel trees(TrainedModel model, Head head) {
        return EarlierTrees.parse(model.text()).of(head).map(LightGbmModel::parse).orElseThrow();
    }

    private static String shape(Node node) {
        return switch (node) {
            case Leaf _ -> ".";
            case Split split ->
                    "(%s %d<=%s %s)"
                            .formatted(
                                    shape(split.left()),
                                    split.feature(),
                                    split.threshold(),
                                    shape(split.right()));
        };
    }
}
