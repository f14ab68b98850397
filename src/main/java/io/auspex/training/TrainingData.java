package io.auspex.training;

import io.auspex.dataset.JobSpec;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import java.util.stream.IntStream;

/**
 * The rows of a job and their labels. Arrays are shared, not copied, and must not be changed.
 *
 * <p>A row is trained on when all of its targets are known; a row without them can still be
 * predicted out of sample.
 */
public final class TrainingData {

    private final JobSpec job;
    private final ModelKind kind;
    private final int heads;
    private final Rows features;
    private final float[] targets;
    private final long[] times;
    private final int[] labelled;

    /**
     * @param features {@code [n, F]}
     * @param targets {@code [n, 4]}, row after row in {@link Head} order, NaN where not known
     * @param times {@code [n]} close times, ascending, milliseconds since the Unix epoch
     * @throws IllegalArgumentException when the parts do not belong together or no row can be
     *     trained on; the message says which
     */
    public TrainingData(JobSpec job, Rows features, float[] targets, long[] times) {
        this.kind = job.spec().kind();
        this.heads = kind.heads().size();
        if (features.columns() != job.schema().size()) {
            throw new IllegalArgumentException(
                    "rows have "
                            + features.columns()
                            + " features, the schema "
                            + job.schema().size());
        }
        if (times.length != features.count() || targets.length != times.length * heads) {
            throw new IllegalArgumentException(
                    features.count()
                            + " rows of features, "
                            + times.length
                            + " times and "
                            + targets.length
                            + " targets do not belong together");
        }
        for (int row = 1; row < times.length; row++) {
            if (times[row] < times[row - 1]) {
                throw new IllegalArgumentException("row " + row + " goes back in time");
            }
        }
        this.job = job;
        this.features = features;
        this.targets = targets;
        this.times = times;
        this.labelled = IntStream.range(0, times.length).filter(this::isLabelled).toArray();
        if (labelled.length == 0) {
            throw new IllegalArgumentException(
                    "none of " + times.length + " rows has all of its targets");
        }
    }

    ModelKind kind() {
        return kind;
    }

    public JobSpec job() {
        return job;
    }

    public Rows features() {
        return features;
    }

    /** {@code [n, 4]}. */
    float[] targets() {
        return targets;
    }

    float target(int row, Head head) {
        return targets[row * heads + head.column()];
    }

    long[] times() {
        return times;
    }

    /** Rows that can be trained on, ascending. */
    int[] labelled() {
        return labelled;
    }

    /** Rows before {@code to} that can be trained on, ascending. */
    int[] labelledBefore(int to) {
        return IntStream.of(labelled).takeWhile(row -> row < to).toArray();
    }

    /** How far labels reach beyond their row. */
    long horizonMillis() {
        return job.spec().targets().horizonCandles() * job.spec().market().timeframe().millis();
    }

    private boolean isLabelled(int row) {
        for (Head head : kind.heads()) {
            float target = target(row, head);
            if (!Float.isFinite(target)) {
                return false;
            }
            if (head.isProbability() && target != 0 && target != 1) {
                throw new IllegalArgumentException(
                        "target " + head.code() + " of row " + row + " is " + target);
            }
        }
        return true;
    }
}
