package io.auspex.serving;

import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Rows on their way through one version, in the direct memory that ONNX Runtime reads and writes in
 * place: put the features, {@link #run}, read the answers. Borrowed from {@link
 * ServingModel#oneRow} or {@link ServingModel#manyRows}; close it. Nothing is allocated a row or a
 * feature. One thread at a time; the version stays open as long, lease or not.
 *
 * <p>What a row holds at first is left over from somebody else: {@link #forget} it, or put every
 * feature.
 */
public final class ScoringRows implements AutoCloseable {

    private final ServingModel model;
    private final BufferPool pool;
    private final float[] nothing;
    private final FloatBuffer input;
    private @Nullable InferenceBuffers buffers;
    private boolean givenBack;

    /**
     * Takes over one entered reader of the model.
     *
     * @param nothing a row without a value
     */
    ScoringRows(ServingModel model, BufferPool pool, float[] nothing) {
        this.model = model;
        this.pool = pool;
        this.nothing = nothing;
        InferenceBuffers taken = pool.take();
        this.buffers = taken;
        this.input = taken.input();
    }

    /** Most rows of one run. */
    public int capacity() {
        return input.capacity() / nothing.length;
    }

    /** Makes every feature of a row NaN. */
    public void forget(int row) {
        input.put(row * nothing.length, nothing);
    }

    /**
     * Writes one feature of a row.
     *
     * @param feature its place in the schema
     */
    public void put(int row, int feature, float value) {
        input.put(row * nothing.length + feature, value);
    }

    /**
     * Writes the first {@code n} rows.
     *
     * @param values {@code n * F} floats from its position on; the position is left as it is
     */
    public void put(FloatBuffer values, int n) {
        input.put(0, values, values.position(), n * nothing.length);
    }

    /** What was put there. */
    public float get(int row, int feature) {
        return input.get(row * nothing.length + feature);
    }

    /**
     * What was put into all of them, row by row from its position on; gone when they are closed.
     */
    public FloatBuffer input() {
        return input;
    }

    /** Scores the first {@code n} rows; the answers stay until the next run. */
    public void run(int n) {
        InferenceBuffers taken = held();
        // A set that was part of a failed run is not used again.
        buffers = null;
        model.score(taken, n);
        buffers = taken;
    }

    /**
     * What the last run said.
     *
     * @param head its position in {@link ServingModel#heads}
     */
    public float answer(int head, int row) {
        return held().output(head, row);
    }

    /** Gives the memory back; a second time does nothing. */
    @Override
    public void close() {
        if (givenBack) {
            return;
        }
        givenBack = true;
        try {
            if (buffers != null) {
                pool.give(buffers);
                buffers = null;
            }
        } finally {
            model.leave();
        }
    }

    private InferenceBuffers held() {
        InferenceBuffers taken = buffers;
        if (taken == null) {
            throw new IllegalStateException("the rows were given back, or their run failed");
        }
        return taken;
    }
}
