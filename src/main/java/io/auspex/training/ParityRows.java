package io.auspex.training;

import io.auspex.training.Tree.Node;
import io.auspex.training.Tree.Split;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;

/**
 * Rows on which a mistake in an export would show: training rows as they are, training rows moved
 * exactly onto thresholds or one ulp beside them, random rows, and rows with NaN, infinities,
 * zeros, subnormals and the edges of LightGBM's zero band. Random rows alone hide thresholds that
 * were rounded the wrong way.
 */
final class ParityRows {

    private static final float[] SPECIAL = {
        0f,
        -0f,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MIN_NORMAL,
        -Float.MIN_NORMAL,
        1e-35f,
        -1e-35f,
        Math.nextUp(1e-35f),
        Math.nextDown(-1e-35f),
        Math.nextDown(1e-35f),
        Math.nextUp(-1e-35f),
        Float.MAX_VALUE,
        -Float.MAX_VALUE
    };

    private final Rows training;
    private final List<List<Float>> thresholds;
    private final Random random;

    private ParityRows(Rows training, Collection<LightGbmModel> models, long seed) {
        this.training = training;
        this.random = new Random(seed);
        this.thresholds = new ArrayList<>();
        for (int i = 0; i < training.columns(); i++) {
            thresholds.add(new ArrayList<>());
        }
        models.forEach(model -> model.trees().forEach(tree -> collect(tree.root())));
    }

    /**
     * Makes rows, always the same from the same seed.
     *
     * @param training rows to start from, at least one
     * @param models whose thresholds are aimed at
     * @return {@code float32[count, F]}
     */
    static Rows generate(Rows training, Collection<LightGbmModel> models, int count, long seed) {
        ParityRows parity = new ParityRows(training, models, seed);
        int columns = training.columns();
        float[] values = new float[Math.multiplyExact(count, columns)];
        for (int i = 0; i < count; i++) {
            parity.fill(i, values, i * columns);
        }
        return Rows.of(values, columns);
    }

    private void fill(int row, float[] values, int offset) {
        training.row(random.nextInt(training.count()), values, offset);
        switch (row % 10) {
            case 0, 1, 2 -> {
                // As it was.
            }
            case 3, 4, 5 -> change(values, offset, 0.5, this::nearThreshold);
            case 6 -> change(values, offset, 1, (column, value) -> gaussian());
            case 7 -> change(values, offset, 0.3, (column, value) -> Float.NaN);
            case 8 -> change(values, offset, 0.3, (column, value) -> infinity());
            default -> change(values, offset, 0.5, (column, value) -> special());
        }
    }

    /** A new value for a column that holds a value. */
    private interface Change {
        float of(int column, float value);
    }

    private void change(float[] values, int offset, double share, Change change) {
        for (int j = 0; j < training.columns(); j++) {
            if (random.nextDouble() < share) {
                values[offset + j] = change.of(j, values[offset + j]);
            }
        }
    }

    private float nearThreshold(int column, float value) {
        List<Float> known = thresholds.get(column);
        if (known.isEmpty()) {
            return value;
        }
        float threshold = known.get(random.nextInt(known.size()));
        return switch (random.nextInt(3)) {
            case 0 -> threshold;
            case 1 -> Math.nextUp(threshold);
            default -> Math.nextDown(threshold);
        };
    }

    private float gaussian() {
        return (float) (random.nextGaussian() * Math.pow(10, random.nextInt(-6, 7)));
    }

    private float infinity() {
        return random.nextBoolean() ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY;
    }

    private float special() {
        return SPECIAL[random.nextInt(SPECIAL.length)];
    }

    private void collect(Node node) {
        if (node instanceof Split split) {
            thresholds.get(split.feature()).add(split.floatThreshold());
            collect(split.left());
            collect(split.right());
        }
    }
}
