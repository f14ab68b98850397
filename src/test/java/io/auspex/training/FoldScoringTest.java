package io.auspex.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.dataset.WalkForward.Fold;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.model.TrainerSpec;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Beside the whole runs, whose bytes are compared elsewhere: what becomes of a failure. */
class FoldScoringTest {

    private static final TrainingData DATA = new TestJob(2_400, 6, TrainerSpec.standard()).data();

    private final WalkForwardScores scores = new WalkForwardScores(DATA);
    private final List<Fold> folds = scores.folds();

    /** Says the same of every row, unless it lacks a head. */
    private static FittedModel constant(double score, Head... lacking) {
        Map<Head, FittedHead> heads = new EnumMap<>(Head.class);
        for (Head head : ModelKind.MARKET.heads()) {
            heads.put(head, new FittedHead.Constant(DATA.features().columns(), score));
        }
        List.of(lacking).forEach(heads::remove);
        return new FittedModel(ModelKind.MARKET, heads);
    }

    @Test
    void aFoldThatCannotBeScoredFailsTheRunWithItsReason() {
        try (FoldScoring scoring = new FoldScoring(DATA.features(), scores)) {
            scoring.score(folds.get(0), constant(0));
            scoring.score(folds.get(1), constant(0, Head.P_DOWN));
            assertThatThrownBy(() -> scoring.score(folds.get(2), constant(0)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("head p_down was not trained");
        }
    }

    @Test
    void theLastFoldIsWaitedFor() {
        try (FoldScoring scoring = new FoldScoring(DATA.features(), scores)) {
            scoring.score(folds.getLast(), constant(0, Head.P_UP));
            assertThatThrownBy(scoring::finish).hasMessage("head p_up was not trained");
            assertThatCode(scoring::finish).as("it was told").doesNotThrowAnyException();
        }
    }

    @Test
    void afterAFailureElsewhereItIsSilent() {
        FoldScoring scoring = new FoldScoring(DATA.features(), scores);
        scoring.score(folds.getLast(), constant(0, Head.P_UP));
        assertThatCode(scoring::close).doesNotThrowAnyException();
        assertThat(scores.rows()).isNotEmpty();
    }
}
