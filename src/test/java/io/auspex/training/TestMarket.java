package io.auspex.training;

import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import java.util.Random;

/**
 * Rows that look like a job's, with a weak planted signal. Columns by {@code j % 8}: 0 to 3 scaled
 * noise from 1e-6 to 1e6, 4 with NaN, 5 small with infinities, 6 large or zero, 7 whole numbers.
 */
final class TestMarket {

    private final int columns;
    private final float[] features;
    private final float[] targets;

    TestMarket(int rows, int columns, long seed) {
        this.columns = columns;
        this.features = new float[rows * columns];
        this.targets = new float[rows * ModelKind.MARKET.heads().size()];
        Random random = new Random(seed);
        for (int i = 0; i < rows; i++) {
            double signal = 0;
            double risk = 0;
            for (int j = 0; j < columns; j++) {
                double z = random.nextGaussian();
                features[i * columns + j] = value(j, z, random);
                if (j < 8) {
                    signal += 0.2 * z;
                }
                risk += j % 3 == 0 ? 0.1 * z : 0;
            }
            double size = 0.01 * Math.exp(0.5 * risk);
            double change = size * (0.5 * signal + random.nextGaussian());
            target(i, Head.P_UP, change > 0.01 ? 1 : 0);
            target(i, Head.P_DOWN, change < -0.01 ? 1 : 0);
            target(i, Head.EXPECTED_RETURN, (float) change);
            target(i, Head.P_STOP, change < -0.03 ? 1 : 0);
        }
    }

    private static float value(int column, double z, Random random) {
        return switch (column % 8) {
            case 0 -> (float) (z * 1e-6);
            case 1 -> (float) (z * 1e6);
            case 2 -> (float) (50 + 10 * z);
            case 3 -> (float) z;
            case 4 -> random.nextInt(5) == 0 ? Float.NaN : (float) z;
            case 5 ->
                    z > 1.5
                            ? Float.POSITIVE_INFINITY
                            : z < -1.5 ? Float.NEGATIVE_INFINITY : (float) (0.01 * z);
            case 6 -> Math.abs(z) < 0.7 ? 0 : (float) (1e6 * z);
            default -> Math.round(3 * z);
        };
    }

    private void target(int row, Head head, float value) {
        targets[row * ModelKind.MARKET.heads().size() + head.ordinal()] = value;
    }

    Rows rows() {
        return Rows.of(features, columns);
    }

    float[] features() {
        return features;
    }

    /** {@code [n, 4]} in the order of {@link Head}. */
    float[] targets() {
        return targets;
    }

    float[] labels(Head head) {
        float[] labels = new float[rows().count()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = targets[i * ModelKind.MARKET.heads().size() + head.ordinal()];
        }
        return labels;
    }
}
