package io.auspex.ensemble;

import io.auspex.ensemble.EnsembleRecords.From;
import io.auspex.ensemble.EnsembleTerms.WeightStage;
import io.auspex.platform.Failure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The weights as of each close of a period, led back from those in force by the history of their
 * changes. Where the ensemble spoke the ledger says which revision it was; before that, and where
 * it never did, the moment of the change by the clock on the wall decides, which is right for an
 * exchange and the best there is for other feeds.
 */
final class WeightTimeline {

    /** Most changes within a period. */
    static final int MOST = 2_000;

    /** Most rows of history that are looked at. */
    static final int MOST_ROWS = 50_000;

    private final List<Known> newestFirst = new ArrayList<>();
    private final boolean complete;

    /**
     * Weights that were in force.
     *
     * @param fromRevision the first revision that had them
     */
    private record Known(long fromRevision, Instant since, SortedMap<String, Double> weights) {}

    /**
     * @param now in force
     * @param changes of the weights in force, the newest first, at most {@link #MOST_ROWS}
     */
    WeightTimeline(Weights now, List<WeightChange> changes) {
        complete = changes.size() < MOST_ROWS;
        SortedMap<String, Double> weights = new TreeMap<>(now.weights());
        int i = 0;
        while (i < changes.size()) {
            Long revision = changes.get(i).revision();
            newestFirst.add(
                    new Known(
                            revision == null ? 0 : revision,
                            changes.get(i).changedAt(),
                            new TreeMap<>(weights)));
            for (; i < changes.size() && Objects.equals(changes.get(i).revision(), revision); i++) {
                Double before = changes.get(i).oldWeight();
                if (before == null) {
                    weights.remove(changes.get(i).member());
                } else {
                    weights.put(changes.get(i).member(), before);
                }
            }
        }
        if (complete) {
            // The first ones, which no change has made.
            newestFirst.add(new Known(1, Instant.EPOCH, weights));
        }
    }

    /**
     * The stages of a period, the first at its beginning.
     *
     * @param spoken revisions of the ledger within the period
     * @throws Failure INVALID {@code too-many-weights}
     */
    List<WeightStage> stages(List<From<Integer>> spoken, Instant from, Instant to) {
        long ledger = spoken.isEmpty() ? Long.MAX_VALUE : spoken.getFirst().closeMillis();
        List<WeightStage> stages = new ArrayList<>();
        if (ledger > from.toEpochMilli()) {
            stages.addAll(
                    byTheClock(from, Instant.ofEpochMilli(Math.min(ledger, to.toEpochMilli()))));
        }
        for (From<Integer> run : spoken) {
            Known known = ofRevision(run.value());
            stages.add(
                    new WeightStage(
                            Instant.ofEpochMilli(run.closeMillis()), run.value(), known.weights()));
        }
        if (stages.size() > MOST) {
            throw tooMany();
        }
        return stages;
    }

    private Known ofRevision(long revision) {
        return newestFirst.stream()
                .filter(known -> known.fromRevision() <= revision)
                .findFirst()
                .orElseThrow(WeightTimeline::tooMany);
    }

    /** Those that were in force at its beginning, and every change within. */
    private List<WeightStage> byTheClock(Instant from, Instant before) {
        List<WeightStage> stages = new ArrayList<>();
        @Nullable Known atBeginning = null;
        for (Known known : newestFirst) {
            if (!known.since().isAfter(from)) {
                atBeginning = known;
                break;
            }
            if (known.since().isBefore(before)) {
                stages.addFirst(
                        new WeightStage(known.since(), known.fromRevision(), known.weights()));
            }
        }
        if (atBeginning == null) {
            throw tooMany();
        }
        stages.addFirst(new WeightStage(from, atBeginning.fromRevision(), atBeginning.weights()));
        return stages;
    }

    private static Failure tooMany() {
        return new Failure(
                Failure.Category.INVALID,
                "too-many-weights",
                "the weights changed more than %d times in the period: choose a shorter one, or give weights"
                        .formatted(MOST));
    }
}
