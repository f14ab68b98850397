package io.auspex.dataset;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A NumPy array on disk, mapped into memory: a matrix larger than the heap can be read row by row.
 * Readable by many threads at once; after {@link #close} every access fails. The file is unmapped
 * when the garbage collector finds that nobody holds the array any more: a native executable has no
 * shared arenas, which could do it at once.
 */
public final class NpyReader implements AutoCloseable {

    private static final ValueLayout.OfFloat FLOAT32 =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble FLOAT64 =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong INT64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final Npy.Header header;

    /** Null after {@link #close}. */
    private volatile @Nullable MemorySegment mapped;

    private NpyReader(Path file, Npy.Header header, MemorySegment mapped) {
        this.file = file;
        this.header = header;
        this.mapped = mapped;
    }

    /**
     * Maps a file.
     *
     * @throws IOException when it is not such an array, or its length does not fit its shape
     */
    public static NpyReader open(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            Npy.Header header = Npy.readHeader(file, channel);
            MemorySegment mapped =
                    channel.map(
                            FileChannel.MapMode.READ_ONLY,
                            header.offset(),
                            header.bytes(),
                            Arena.ofAuto());
            return new NpyReader(file, header, mapped);
        }
    }

    /** A whole float32 array, row after row. */
    public static float[] floats(Path file) throws IOException {
        try (NpyReader array = open(file)) {
            return array.floats(0, array.rows());
        }
    }

    /** A whole float64 array, row after row. */
    public static double[] doubles(Path file) throws IOException {
        try (NpyReader array = open(file)) {
            array.require(Npy.Type.FLOAT64);
            return array.values().toArray(FLOAT64);
        }
    }

    /** A whole int32 array, row after row. */
    public static int[] ints(Path file) throws IOException {
        try (NpyReader array = open(file)) {
            array.require(Npy.Type.INT32);
            return array.values().toArray(INT32);
        }
    }

    /** A whole int64 array, row after row. */
    public static long[] longs(Path file) throws IOException {
        try (NpyReader array = open(file)) {
            array.require(Npy.Type.INT64);
            return array.values().toArray(INT64);
        }
    }

    public Npy.Type type() {
        return header.type();
    }

    /** 1 or 2. */
    public int dimensions() {
        return header.dimensions();
    }

    /** Length of the first dimension. */
    public long rows() {
        return header.rows();
    }

    /** Length of the second dimension; 1 for an array of one dimension. */
    public int columns() {
        return header.columns();
    }

    /**
     * Copies one row of a float32 array.
     *
     * @param into receives {@link #columns} values from {@code offset} on
     */
    public void row(long row, float[] into, int offset) {
        require(Npy.Type.FLOAT32);
        long from = Objects.checkIndex(row, rows()) * columns() * Float.BYTES;
        MemorySegment.copy(values(), FLOAT32, from, into, offset, columns());
    }

    /**
     * Consecutive rows of a float32 array.
     *
     * @return {@code count * columns} values
     */
    public float[] floats(long firstRow, long count) {
        require(Npy.Type.FLOAT32);
        Objects.checkFromIndexSize(firstRow, count, rows());
        long rowBytes = (long) columns() * Float.BYTES;
        return values().asSlice(firstRow * rowBytes, count * rowBytes).toArray(FLOAT32);
    }

    /** A value of an int64 array of one dimension. */
    long longAt(long row) {
        require(Npy.Type.INT64);
        return values().getAtIndex(INT64, row);
    }

    /** A value of an int32 array of one dimension. */
    int intAt(long row) {
        require(Npy.Type.INT32);
        return values().getAtIndex(INT32, row);
    }

    /** A value of a float64 array. */
    double doubleAt(long row, int column) {
        require(Npy.Type.FLOAT64);
        return values().getAtIndex(FLOAT64, row * columns() + column);
    }

    /**
     * Fails when the array is not what the caller needs.
     *
     * @throws IOException naming the file, what it holds and what was needed
     */
    public NpyReader expect(Npy.Type type, int dimensions, long rows, int columns)
            throws IOException {
        Npy.Header needed = new Npy.Header(type, dimensions, rows, columns, header.offset());
        if (!needed.equals(header)) {
            throw new IOException(
                    file
                            + " holds "
                            + header.type().code()
                            + " "
                            + header.shape()
                            + " where "
                            + type.code()
                            + " "
                            + needed.shape()
                            + " is needed");
        }
        return this;
    }

    @Override
    public void close() {
        mapped = null;
    }

    private MemorySegment values() {
        MemorySegment values = mapped;
        if (values == null) {
            throw new IllegalStateException(file + " is closed");
        }
        return values;
    }

    private void require(Npy.Type type) {
        if (header.type() != type) {
            throw new IllegalStateException(
                    file + " holds " + header.type().code() + ", not " + type.code());
        }
    }
}
