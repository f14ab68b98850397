package io.auspex.training;

import io.auspex.dataset.NpyReader;

/** Feature rows, {@code float32[count, columns]}, wherever they are kept. */
public interface Rows {

    int count();

    /** F, the width of a row. */
    int columns();

    /** Copies a row to {@code into[offset .. offset + columns()]}. */
    void row(int row, float[] into, int offset);

    /** Rows one after the other in an array, which is shared, not copied. */
    static Rows of(float[] values, int columns) {
        if (columns < 1 || values.length % columns != 0) {
            throw new IllegalArgumentException(
                    values.length + " values are no whole rows of " + columns);
        }
        return new Rows() {
            @Override
            public int count() {
                return values.length / columns;
            }

            @Override
            public int columns() {
                return columns;
            }

            @Override
            public void row(int row, float[] into, int offset) {
                System.arraycopy(values, row * columns, into, offset, columns);
            }
        };
    }

    /** Rows of a mapped float32 matrix, so that none is on the heap; it must stay open. */
    static Rows of(NpyReader matrix) {
        int count = Math.toIntExact(matrix.rows());
        return new Rows() {
            @Override
            public int count() {
                return count;
            }

            @Override
            public int columns() {
                return matrix.columns();
            }

            @Override
            public void row(int row, float[] into, int offset) {
                matrix.row(row, into, offset);
            }
        };
    }
}
