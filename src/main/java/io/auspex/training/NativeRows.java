package io.auspex.training;

import com.microsoft.ml.lightgbm.SWIGTYPE_p_void;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;

/**
 * A copy of chosen rows outside the Java heap, where LightGBM reads them: made once, used for a
 * dataset or for the predictions of all heads. Rows are copied whole: the binding's own arrays are
 * filled by a native call a value, which for a large matrix costs as much as binning it. Not
 * thread-safe.
 */
final class NativeRows implements AutoCloseable {

    private static final long ALIGNMENT_BYTES = 64;

    private final int rows;
    private final int columns;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment data;

    /** An address as the binding wants it. The memory is the arena's. */
    private static final class Address extends SWIGTYPE_p_void {

        Address(MemorySegment memory) {
            super(memory.address(), true);
        }
    }

    private NativeRows(int rows, int columns) {
        LightGbmLibrary.load();
        this.rows = rows;
        this.columns = columns;
        this.data =
                arena.allocate(Math.max(1L, (long) rows * columns) * Float.BYTES, ALIGNMENT_BYTES);
    }

    /** The given rows, in the given order. */
    static NativeRows of(Rows source, int[] rows) {
        NativeRows copy = new NativeRows(rows.length, source.columns());
        float[] row = new float[source.columns()];
        long to = 0;
        for (int index : rows) {
            source.row(index, row, 0);
            MemorySegment.copy(row, 0, copy.data, ValueLayout.JAVA_FLOAT, to, row.length);
            to += (long) row.length * Float.BYTES;
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

    /** Valid until these rows are closed. */
    SWIGTYPE_p_void address() {
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException("these rows are closed");
        }
        return new Address(data);
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
