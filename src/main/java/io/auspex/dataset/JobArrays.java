package io.auspex.dataset;

import io.auspex.model.ModelKind;
import java.io.IOException;

/**
 * The four arrays of a job folder while they are written. {@link #commit} puts all of them in
 * place; closing without it leaves none of them behind.
 */
final class JobArrays implements AutoCloseable {

    private final int heads;
    private final NpyWriter features;
    private final NpyWriter targets;
    private final NpyWriter times;
    private final NpyWriter groups;

    JobArrays(JobFolder folder, ModelKind kind, int width) throws IOException {
        heads = kind.heads().size();
        features = NpyWriter.matrix(folder.features(), Npy.Type.FLOAT32, width);
        targets = NpyWriter.matrix(folder.targets(), Npy.Type.FLOAT32, heads);
        times = NpyWriter.vector(folder.times(), Npy.Type.INT64);
        groups = NpyWriter.vector(folder.groups(), Npy.Type.INT32);
    }

    /**
     * @param labels {@code [n, heads]}
     * @param label which row of them
     */
    void add(float[] row, float[] labels, int label, long closeTimeMillis, int group)
            throws IOException {
        features.addRow(row, 0);
        targets.addRow(labels, label * heads);
        times.add(closeTimeMillis);
        groups.add(group);
    }

    long rows() {
        return times.rows();
    }

    void commit() throws IOException {
        features.commit();
        targets.commit();
        times.commit();
        groups.commit();
    }

    @Override
    public void close() throws IOException {
        try (features;
                targets;
                times;
                groups) {
            // closing is all
        }
    }
}
