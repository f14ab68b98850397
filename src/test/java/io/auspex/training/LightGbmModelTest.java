package io.auspex.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.training.Tree.Leaf;
import io.auspex.training.Tree.Missing;
import io.auspex.training.Tree.Split;
import org.junit.jupiter.api.Test;

class LightGbmModelTest {

    private static final String MODEL =
            """
            tree
            version=v4
            num_class=1
            num_tree_per_iteration=1
            label_index=0
            max_feature_idx=2
            objective=binary sigmoid:1

            Tree=0
            num_leaves=3
            num_cat=0
            split_feature=0 2
            split_gain=10.5 2
            threshold=inf -1.7976931348623157e+308
            decision_type=8 2
            left_child=1 -2
            right_child=-1 -3
            leaf_value=1 10 100
            is_linear=0
            shrinkage=1


            Tree=1
            num_leaves=1
            num_cat=0
            split_feature=
            threshold=
            leaf_value=0.25
            is_linear=0
            shrinkage=1


            end of trees

            feature_importances:
            """;

    @Test
    void readsSplitsLeavesAndSingleLeafTrees() {
        LightGbmModel model = LightGbmModel.parse(MODEL);
        assertThat(model.features()).isEqualTo(3);
        assertThat(model.trees())
                .containsExactly(
                        new Tree(
                                new Split(
                                        0,
                                        Double.POSITIVE_INFINITY,
                                        Missing.RIGHT,
                                        10.5,
                                        new Split(
                                                2,
                                                -Double.MAX_VALUE,
                                                Missing.AS_ZERO,
                                                2,
                                                new Leaf(10),
                                                new Leaf(100)),
                                        new Leaf(1))),
                        new Tree(new Leaf(0.25)));
        assertThat(model.gains()).containsExactly(10.5, 0, 2);
    }

    @Test
    void sendsNanAndInfinitiesWhereLightGbmDoes() {
        LightGbmModel model = LightGbmModel.parse(MODEL);
        assertThat(model.rawScore(new float[] {Float.NaN, 0, 0}, 0)).isEqualTo(1.25);
        assertThat(model.rawScore(new float[] {5, 0, Float.NaN}, 0)).isEqualTo(100.25);
        assertThat(model.rawScore(new float[] {9, 5, 0, Float.NEGATIVE_INFINITY}, 1))
                .isEqualTo(10.25);
    }

    @Test
    void refusesWhatItCannotScore() {
        refused(MODEL.replaceFirst("decision_type=8 2", "decision_type=9 2"), "categorical");
        refused(MODEL.replaceFirst("num_cat=0", "num_cat=1"), "categorical");
        refused(MODEL.replaceFirst("decision_type=8 2", "decision_type=8 6"), "zero as a missing");
        refused(MODEL.replaceFirst("is_linear=0", "is_linear=1"), "linear");
        refused(MODEL.replaceFirst("iteration=1", "iteration=3"), "one score a row");
        refused(MODEL.replace("end of trees", ""), "'end of trees' is missing");
        refused(MODEL.replaceFirst("threshold=[^\n]*", ""), "'threshold' is missing");
        refused("", "no LightGBM model");
    }

    private static void refused(String text, String message) {
        assertThatThrownBy(() -> LightGbmModel.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void roundsThresholdsDownToFloats() {
        assertThat(split(0.1).floatThreshold()).isEqualTo(Math.nextDown(0.1f));
        assertThat(split(0.5).floatThreshold()).isEqualTo(0.5f);
        assertThat(split(-0.1).floatThreshold()).isEqualTo(-0.1f);
        assertThat((double) split(-0.3).floatThreshold()).isLessThanOrEqualTo(-0.3);
        assertThat(split(1e300).floatThreshold()).isEqualTo(Float.MAX_VALUE);
        assertThat(split(-1e300).floatThreshold()).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(split(Double.POSITIVE_INFINITY).floatThreshold())
                .isEqualTo(Float.POSITIVE_INFINITY);
    }

    @Test
    void movesThresholdsOutOfTheZeroBand() {
        assertThat(split(0).floatThreshold()).isEqualTo(1e-35f);
        assertThat(split(1e-35f).floatThreshold()).isEqualTo(1e-35f);
        assertThat(split(-1e-36).floatThreshold()).isEqualTo(Math.nextDown(-1e-35f));
        assertThat(split(-1e-35f).floatThreshold()).isEqualTo(Math.nextDown(-1e-35f));
    }

    private static Split split(double threshold) {
        return new Split(0, threshold, Missing.AS_ZERO, 1, new Leaf(0), new Leaf(1));
    }
}
