package io.auspex.api.inference;

import java.nio.FloatBuffer;

/** Row-major FP32 numbers {@code [rows, F]}, possibly a view of the bytes that a client sent. */
final class Tensor {

    private final int rows;
    private final FloatBuffer values;

    /**
     * @param values rows x F numbers between position and limit, nobody else's to write to
     */
    Tensor(int rows, FloatBuffer values) {
        this.rows = rows;
        this.values = values;
    }

    int rows() {
        return rows;
    }

    /** The numbers, from position 0 of a buffer of its own; not to be written to. */
    FloatBuffer values() {
        return values.duplicate();
    }
}
