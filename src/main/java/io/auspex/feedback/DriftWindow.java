package io.auspex.feedback;

import io.auspex.features.FeatureSchema;
import io.auspex.model.FeatureProfile;
import io.auspex.model.FeatureProfile.Feature;
import io.auspex.serving.FeatureVector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The features of the newest closes, by reference: vectors never change. Bounded by closes and by
 * symbols of a close, which take turns. Not thread-safe.
 */
final class DriftWindow {

    /** Fewer closes say nothing. */
    static final int LEAST_CLOSES = 100;

    private final int mostSymbols;
    private final Deque<List<FeatureVector>> closes = new ArrayDeque<>();
    private long turn;

    DriftWindow(int mostSymbols) {
        this.mostSymbols = mostSymbols;
    }

    int closes() {
        return closes.size();
    }

    /** The vectors of one close that could be scored, ordered by symbol. */
    void add(List<FeatureVector> vectors) {
        if (vectors.isEmpty()) {
            return;
        }
        List<FeatureVector> chosen = vectors;
        if (vectors.size() > mostSymbols) {
            chosen = new ArrayList<>(mostSymbols);
            for (int i = 0; i < mostSymbols; i++) {
                chosen.add(vectors.get((int) (turn++ % vectors.size())));
            }
        }
        closes.addLast(List.copyOf(chosen));
        if (closes.size() > FeatureProfile.WINDOW_CLOSES) {
            closes.removeFirst();
        }
    }

    /** The features that moved most first; none while there are too few closes. */
    List<FeatureDrift> compare(FeatureProfile profile, FeatureSchema schema) {
        if (closes.size() < LEAST_CLOSES) {
            return List.of();
        }
        List<FeatureDrift> drift = new ArrayList<>(schema.size());
        for (int j = 0; j < schema.size(); j++) {
            Feature feature = profile.features().get(schema.names().get(j));
            if (feature != null) {
                compare(schema.names().get(j), j, feature, profile.rows()).ifPresent(drift::add);
            }
        }
        drift.sort(Comparator.comparingDouble(FeatureDrift::psi).reversed());
        return drift;
    }

    private Optional<FeatureDrift> compare(
            String name, int place, Feature feature, long trainedRows) {
        long[] counts = new long[feature.shares().size()];
        double[] means = new double[closes.size()];
        int used = 0;
        long rows = 0;
        for (List<FeatureVector> close : closes) {
            double sum = 0;
            int present = 0;
            for (FeatureVector vector : close) {
                float value = vector.get(place);
                if (!Float.isNaN(value)) {
                    int bin = feature.bin(value);
                    counts[bin]++;
                    sum += bin;
                    present++;
                }
            }
            if (present > 0) {
                means[used++] = sum / present;
                rows += present;
            }
        }
        if (used < LEAST_CLOSES) {
            return Optional.empty();
        }
        double independent = Drift.independentRows(feature, Arrays.copyOf(means, used), rows);
        double distance = feature.distance(counts);
        return Optional.of(
                new FeatureDrift(
                        name,
                        Drift.excess(feature, counts),
                        distance,
                        Drift.pValue(distance, independent, trainedRows),
                        rows));
    }
}
