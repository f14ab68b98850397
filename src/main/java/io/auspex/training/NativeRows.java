package io.auspex.training;

import com.microsoft.ml.lightgbm.SWIGTYPE_p_float;
import com.microsoft.ml.lightgbm.SWIGTYPE_p_void;
import com.microsoft.ml.lightgbm.lightgbmlib;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A copy of chosen rows outside the Java heap, where LightGBM reads them: made once, used for a
 * dataset or for the predictions of all heads. Not thread-safe.
 */
final class NativeRows implements AutoCloseable {

    private final int rows;
    private final int columns;
    private @Nullable SWIGTYPE_p_float data;

    private NativeRows(int rows, int columns) {
        LightGbmLibrary.load();
        this.rows = rows;
        this.columns = columns;
        this.data = lightgbmlib.new_floatArray(Math.max(1L, (long) rows * columns));
    }

    /** The given rows, in the given order. */
    static NativeRows of(Rows source, int[] rows) {
        NativeRows copy = new NativeRows(rows.length, source.columns());
        SWIGTYPE_p_float data = copy.pointer();
        float[] row = new float[source.columns()];
        long to = 0;
        for (int index : rows) {
            source.row(index, row, 0);
            for (float value : row) {
                lightgbmlib.floatArray_setitem(data, to++, value);
            }
        }
        return copy;
    }

    static NativeRows all(Rows source) {
        return of(source, IntStream.range(0, source.count()).toArray());
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    SWIGTYPE_p_void address() {
        return lightgbmlib.float_to_voidp_ptr(pointer());
    }

    private SWIGTYPE_p_float pointer() {
        SWIGTYPE_p_float pointer = data;
        if (pointer == null) {
            throw new IllegalStateException("these rows are closed");
        }
        return pointer;
    }

    @Override
    public void close() {
        if (data != null) {
            lightgbmlib.delete_floatArray(data);
            data = null;
        }
    }
}
