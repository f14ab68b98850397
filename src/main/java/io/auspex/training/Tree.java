package io.auspex.training;

import java.util.OptionalDouble;

/**
 * A decision tree of LightGBM, scored in double precision over float32 features exactly as
 * LightGBM's own predictor does.
 *
 * @param root a {@link Leaf} when the tree is a constant
 */
record Tree(Node root) {

    /** LightGBM's predictor reads everything up to this magnitude as zero. */
    static final double ZERO_BAND = 1e-35f;

    /** A place in the tree. */
    sealed interface Node {}

    /**
     * @param feature column of the row
     * @param threshold values up to and including it go left; may be infinite
     * @param missing what a NaN means here
     * @param gain what the split improved the objective by
     */
    record Split(int feature, double threshold, Missing missing, double gain, Node left, Node right)
            implements Node {

        /** Where a NaN goes, whatever the kind of missing value. */
        boolean nanGoesLeft() {
            return switch (missing) {
                case AS_ZERO -> 0 <= threshold;
                case LEFT -> true;
                case RIGHT -> false;
            };
        }

        Node next(double value) {
            boolean left = Double.isNaN(value) ? nanGoesLeft() : value <= threshold;
            return left ? this.left : right;
        }

        /**
         * The threshold for float32 features: {@code x <= floatThreshold()} decides like LightGBM
         * for every float32 x. It is the largest float not above the threshold, moved to the edge
         * of the zero band when it lies inside, because LightGBM reads the whole band as zero.
         */
        float floatThreshold() {
            if (threshold >= 0 && threshold < ZERO_BAND) {
                return (float) ZERO_BAND;
            }
            if (threshold < 0 && threshold >= -ZERO_BAND) {
                return Math.nextDown((float) -ZERO_BAND);
            }
            float nearest = (float) threshold;
            return nearest > threshold ? Math.nextDown(nearest) : nearest;
        }
    }

    /** The value that a row adds to its score; shrinkage is already in it. */
    record Leaf(double value) implements Node {}

    /** LightGBM's missing types and default directions, as far as they occur. */
    enum Missing {
        /** Training saw no NaN in this feature: a NaN is read as 0. */
        AS_ZERO,
        LEFT,
        RIGHT
    }

    /** The leaf value of a row that begins at {@code offset}. */
    double score(float[] values, int offset) {
        Node node = root;
        while (node instanceof Split split) {
            double value = values[offset + split.feature()];
            node = split.next(Math.abs(value) <= ZERO_BAND ? 0 : value);
        }
        return ((Leaf) node).value();
    }

    /** The value of a tree that does not split. */
    OptionalDouble constant() {
        return root instanceof Leaf leaf ? OptionalDouble.of(leaf.value()) : OptionalDouble.empty();
    }
}
