package io.auspex.dataset;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * NumPy's file format, version 1.0: one array of float32, float64, int32 or int64, little-endian,
 * in C order, of one or two dimensions. {@link NpyReader} maps such a file, {@link NpyWriter}
 * writes one row by row.
 *
 * <pre>
 * \x93NUMPY | 1 | 0 | uint16 length of the header | header: a Python dict, spaces, \n | values
 * </pre>
 *
 * Source: NumPy's {@code numpy.lib.format} documentation (NEP 1).
 */
public final class Npy {

    /** The element types that job folders use. */
    public enum Type {
        FLOAT32("<f4", Float.BYTES),
        FLOAT64("<f8", Double.BYTES),
        INT32("<i4", Integer.BYTES),
        INT64("<i8", Long.BYTES);

        private final String code;
        private final int bytes;

        Type(String code, int bytes) {
            this.code = code;
            this.bytes = bytes;
        }

        static Type of(Path file, String code) throws IOException {
            for (Type type : values()) {
                if (type.code.equals(code)) {
                    return type;
                }
            }
            throw new IOException(
                    file + ": element type '" + code + "' is not one of <f4, <f8, <i4, <i8");
        }

        /** NumPy's name, such as {@code <f4}. */
        public String code() {
            return code;
        }

        /** Bytes of one value. */
        public int bytes() {
            return bytes;
        }
    }

    /**
     * What an array's header says.
     *
     * @param dimensions 1 or 2
     * @param rows length of the first dimension
     * @param columns length of the second dimension, 1 when there is none
     * @param offset of the first value in the file, in bytes
     */
    record Header(Type type, int dimensions, long rows, int columns, long offset) {

        /** Bytes of all values. */
        long bytes() {
            return Math.multiplyExact(Math.multiplyExact(rows, columns), type.bytes);
        }

        String shape() {
            return dimensions == 1 ? "[" + rows + "]" : "[" + rows + ", " + columns + "]";
        }
    }

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int PREAMBLE = MAGIC.length + 4;

    /** Room enough for every dict written here; a multiple of 64, as NumPy aligns values. */
    static final int WRITTEN_HEADER = 128;

    private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\s]*)\\)");

    private Npy() {}

    /** The header bytes of an array, {@link #WRITTEN_HEADER} long whatever the shape. */
    static ByteBuffer header(Type type, int dimensions, long rows, int columns) {
        String shape = dimensions == 1 ? "(" + rows + ",)" : "(" + rows + ", " + columns + ")";
        String dict =
                String.format(
                        Locale.ROOT,
                        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }",
                        type.code,
                        shape);
        ByteBuffer bytes = ByteBuffer.allocate(WRITTEN_HEADER).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(MAGIC).put((byte) 1).put((byte) 0);
        bytes.putShort((short) (WRITTEN_HEADER - PREAMBLE));
        bytes.put(dict.getBytes(StandardCharsets.US_ASCII));
        while (bytes.remaining() > 1) {
            bytes.put((byte) ' ');
        }
        return bytes.put((byte) '\n').flip();
    }

    /**
     * Reads and checks a header against the size of its file.
     *
     * @throws IOException when the file is not such an array; the message names file and cause
     */
    static Header readHeader(Path file, FileChannel channel) throws IOException {
        ByteBuffer preamble = read(file, channel, 0, PREAMBLE);
        byte[] magic = new byte[MAGIC.length];
        preamble.get(magic);
        if (!Arrays.equals(magic, MAGIC)) {
            throw new IOException(file + ": not a NumPy file");
        }
        int major = preamble.get();
        int minor = preamble.get();
        if (major != 1 || minor != 0) {
            throw new IOException(
                    file + ": NumPy format " + major + "." + minor + " is not read, only 1.0");
        }
        int length = Short.toUnsignedInt(preamble.getShort());
        String dict =
                StandardCharsets.US_ASCII.decode(read(file, channel, PREAMBLE, length)).toString();
        Header header = parse(file, dict, PREAMBLE + length);
        long expected = expectedBytes(file, header);
        if (channel.size() != expected) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s: %s %s needs %d bytes, the file has %d",
                            file,
                            header.type().code,
                            header.shape(),
                            expected,
                            channel.size()));
        }
        return header;
    }

    private static long expectedBytes(Path file, Header header) throws IOException {
        try {
            return Math.addExact(header.offset(), header.bytes());
        } catch (ArithmeticException e) {
            throw new IOException(file + ": shape " + header.shape() + " is too large", e);
        }
    }

    private static Header parse(Path file, String dict, int offset) throws IOException {
        Type type = Type.of(file, field(file, dict, DESCR, "descr"));
        if (field(file, dict, ORDER, "fortran_order").equals("True")) {
            throw new IOException(file + ": Fortran order is not read, only C order");
        }
        String shape = field(file, dict, SHAPE, "shape").strip();
        String[] lengths = shape.isEmpty() ? new String[0] : shape.split("\\s*,\\s*");
        try {
            return switch (lengths.length) {
                case 1 -> new Header(type, 1, Long.parseLong(lengths[0]), 1, offset);
                case 2 ->
                        new Header(
                                type,
                                2,
                                Long.parseLong(lengths[0]),
                                Integer.parseInt(lengths[1]),
                                offset);
                default ->
                        throw new IOException(
                                file + ": one or two dimensions are read, not (" + shape + ")");
            };
        } catch (NumberFormatException e) {
            throw new IOException(file + ": shape (" + shape + ") is not understood", e);
        }
    }

    private static String field(Path file, String dict, Pattern pattern, String name)
            throws IOException {
        Matcher matcher = pattern.matcher(dict);
        if (!matcher.find()) {
            throw new IOException(file + ": no readable '" + name + "' in " + dict.strip());
        }
        return matcher.group(1);
    }

    private static ByteBuffer read(Path file, FileChannel channel, long position, int length)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException(file + ": ends within its header");
            }
        }
        return bytes.flip();
    }
}
