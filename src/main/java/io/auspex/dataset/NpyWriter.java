package io.auspex.dataset;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Writes a NumPy array row by row into a temporary file beside its place. {@link #commit} puts it
 * there atomically; closing without it leaves nothing behind. One owner, not thread-safe.
 */
public final class NpyWriter implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final Path temporary;
    private final Npy.Type type;
    private final int dimensions;
    private final int columns;
    private final ByteBuffer buffer =
            ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private @Nullable FileChannel channel;
    private long values;

    private NpyWriter(Path file, Npy.Type type, int dimensions, int columns) throws IOException {
        if (columns < 1) {
            throw new IllegalArgumentException("an array needs at least one column: " + columns);
        }
        this.file = file;
        this.temporary = AtomicFile.temporaryFor(file);
        this.type = type;
        this.dimensions = dimensions;
        this.columns = columns;
        this.channel =
                FileChannel.open(
                        temporary,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
        channel.position(Npy.WRITTEN_HEADER);
    }

    /** Begins an array of one dimension. */
    public static NpyWriter vector(Path file, Npy.Type type) throws IOException {
        return new NpyWriter(file, type, 1, 1);
    }

    /** Begins an array of two dimensions. */
    public static NpyWriter matrix(Path file, Npy.Type type, int columns) throws IOException {
        return new NpyWriter(file, type, 2, columns);
    }

    /** Writes a whole int32 array of one dimension. */
    public static void write(Path file, int[] vector) throws IOException {
        try (NpyWriter writer = vector(file, Npy.Type.INT32)) {
            for (int value : vector) {
                writer.add(value);
            }
            writer.commit();
        }
    }

    /** Writes a whole int64 array of one dimension. */
    public static void write(Path file, long[] vector) throws IOException {
        try (NpyWriter writer = vector(file, Npy.Type.INT64)) {
            for (long value : vector) {
                writer.add(value);
            }
            writer.commit();
        }
    }

    /** Writes a whole float32 array of two dimensions, given row after row. */
    public static void write(Path file, float[] values, int columns) throws IOException {
        try (NpyWriter writer = matrix(file, Npy.Type.FLOAT32, columns)) {
            for (float value : values) {
                writer.add(value);
            }
            writer.commit();
        }
    }

    /** Writes a whole float64 array of two dimensions, given row after row. */
    public static void write(Path file, double[] values, int columns) throws IOException {
        try (NpyWriter writer = matrix(file, Npy.Type.FLOAT64, columns)) {
            for (double value : values) {
                writer.add(value);
            }
            writer.commit();
        }
    }

    /** Appends a float32. */
    public void add(float value) throws IOException {
        room(Npy.Type.FLOAT32).putFloat(value);
    }

    /** Appends a float64. */
    public void add(double value) throws IOException {
        room(Npy.Type.FLOAT64).putDouble(value);
    }

    /** Appends an int32. */
    public void add(int value) throws IOException {
        room(Npy.Type.INT32).putInt(value);
    }

    /** Appends an int64. */
    public void add(long value) throws IOException {
        room(Npy.Type.INT64).putLong(value);
    }

    /** Appends one row of float32. */
    public void addRow(float[] from, int offset) throws IOException {
        for (int column = 0; column < columns; column++) {
            add(from[offset + column]);
        }
    }

    /** Complete rows so far. */
    public long rows() {
        return values / columns;
    }

    /**
     * Completes the file and moves it into its place, replacing what was there.
     *
     * @throws IllegalStateException when the last row is incomplete
     */
    public void commit() throws IOException {
        if (values % columns != 0) {
            throw new IllegalStateException(file + ": the last row is incomplete");
        }
        FileChannel open = open();
        flush(open);
        writeFully(open, Npy.header(type, dimensions, rows(), columns), 0);
        open.force(true);
        open.close();
        channel = null;
        Files.move(
                temporary,
                file,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** Drops everything that was not committed. */
    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
            Files.deleteIfExists(temporary);
        }
    }

    private ByteBuffer room(Npy.Type needed) throws IOException {
        if (type != needed) {
            throw new IllegalArgumentException(
                    file + " takes " + type.code() + ", not " + needed.code());
        }
        if (buffer.remaining() < needed.bytes()) {
            flush(open());
        }
        values++;
        return buffer;
    }

    private FileChannel open() {
        if (channel == null) {
            throw new IllegalStateException(file + " is already written");
        }
        return channel;
    }

    private void flush(FileChannel open) throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            open.write(buffer);
        }
        buffer.clear();
    }

    private static void writeFully(FileChannel open, ByteBuffer bytes, long position)
            throws IOException {
        while (bytes.hasRemaining()) {
            open.write(bytes, position + bytes.position());
        }
    }
}
