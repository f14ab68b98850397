package io.auspex.ingest;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Plain textbook measures, independent of the ones that judge models. */
final class Skill {

    private Skill() {}

    /** Chance that a row with the label scores higher than one without. Ties are not expected. */
    static double auc(double[] scores, boolean[] labels) {
        int[] order =
                IntStream.range(0, scores.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> scores[i]))
                        .mapToInt(i -> i)
                        .toArray();
        double rankSum = 0;
        long positives = 0;
        for (int rank = 0; rank < order.length; rank++) {
            if (labels[order[rank]]) {
                rankSum += rank + 1;
                positives++;
            }
        }
        long negatives = labels.length - positives;
        return (rankSum - positives * (positives + 1) / 2.0) / ((double) positives * negatives);
    }

    static double correlation(double[] a, double[] b) {
        double meanA = mean(a);
        double meanB = mean(b);
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (a[i] - meanA) * (b[i] - meanB);
            aa += (a[i] - meanA) * (a[i] - meanA);
            bb += (b[i] - meanB) * (b[i] - meanB);
        }
        return ab / Math.sqrt(aa * bb);
    }

    static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    static double share(boolean[] labels) {
        int count = 0;
        for (boolean label : labels) {
            count += label ? 1 : 0;
        }
        return count / (double) labels.length;
    }
}
