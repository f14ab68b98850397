package io.auspex.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyTest {

    @TempDir Path folder;

    @Test
    void readsBackEveryBit() throws IOException {
        Random random = new Random(3);
        float[] values = new float[70_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 97 == 0 ? Float.NaN : (float) random.nextGaussian();
        }
        Path file = folder.resolve("a.npy");
        NpyWriter.write(file, values, 7);
        assertThat(Arrays.equals(NpyReader.floats(file), values)).isTrue();
        try (NpyReader array = NpyReader.open(file)) {
            assertThat(array.rows()).isEqualTo(10_000);
            assertThat(array.columns()).isEqualTo(7);
            assertThat(array.dimensions()).isEqualTo(2);
            float[] row = new float[9];
            array.row(9_999, row, 1);
            assertThat(Arrays.equals(row, 1, 8, values, 69_993, 70_000)).isTrue();
            assertThat(Arrays.equals(array.floats(5, 2), Arrays.copyOfRange(values, 35, 49)))
                    .isTrue();
            assertThatThrownBy(() -> array.row(10_000, row, 0))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void keepsTheExtremesOfEveryType() throws IOException {
        long[] longs = {Long.MIN_VALUE, 0, Long.MAX_VALUE};
        NpyWriter.write(folder.resolve("l.npy"), longs);
        assertThat(NpyReader.longs(folder.resolve("l.npy"))).isEqualTo(longs);
        int[] ints = {Integer.MIN_VALUE, -1, Integer.MAX_VALUE};
        NpyWriter.write(folder.resolve("i.npy"), ints);
        assertThat(NpyReader.ints(folder.resolve("i.npy"))).isEqualTo(ints);
        double[] doubles = {Double.MIN_VALUE, -0.0, Double.POSITIVE_INFINITY, Math.PI};
        NpyWriter.write(folder.resolve("d.npy"), doubles, 2);
        assertThat(NpyReader.doubles(folder.resolve("d.npy"))).isEqualTo(doubles);
    }

    @Test
    void keepsTheShapeOfAnEmptyMatrix() throws IOException {
        Path file = folder.resolve("empty.npy");
        NpyWriter.write(file, new float[0], 5);
        try (NpyReader array = NpyReader.open(file)) {
            assertThat(array.rows()).isZero();
            assertThat(array.columns()).isEqualTo(5);
            assertThat(array.floats(0, 0)).isEmpty();
        }
    }

    /** Bytes made by numpy 2.4.6, {@code src/test/python/npy_fixtures.py}. */
    @Test
    void readsWhatNumpyWrites() throws IOException {
        Path matrix = folder.resolve("f4.npy");
        Files.write(matrix, HexFormat.of().parseHex(NpyFixtures.F4_2X3));
        assertThat(NpyReader.floats(matrix))
                .containsExactly(1.5f, -2f, Float.NaN, 0.1f, 3e38f, 1e-45f);
        Path vector = folder.resolve("i8.npy");
        Files.write(vector, HexFormat.of().parseHex(NpyFixtures.I8_3));
        assertThat(NpyReader.longs(vector)).containsExactly(-1, 1_767_225_600_000L, 7);
    }

    /** numpy pads to 64 bytes where we pad to 128; the dict and the values are the same. */
    @Test
    void writesTheDictAndTheValuesThatNumpyWrites() throws IOException {
        Path file = folder.resolve("f4.npy");
        NpyWriter.write(file, new float[] {1.5f, -2f, Float.NaN, 0.1f, 3e38f, 1e-45f}, 3);
        byte[] ours = Files.readAllBytes(file);
        byte[] theirs = HexFormat.of().parseHex(NpyFixtures.F4_2X3);
        assertThat(dict(ours)).isEqualTo(dict(theirs));
        assertThat(Arrays.copyOfRange(ours, 128, ours.length))
                .isEqualTo(Arrays.copyOfRange(theirs, theirs.length - 24, theirs.length));
    }

    @Test
    void leavesNothingBehindWithoutCommit() throws IOException {
        Path file = folder.resolve("a.npy");
        try (NpyWriter writer = NpyWriter.vector(file, Npy.Type.INT32)) {
            writer.add(1);
        }
        assertThat(folder).isEmptyDirectory();
        try (NpyWriter writer = NpyWriter.matrix(file, Npy.Type.FLOAT32, 2)) {
            writer.add(1f);
            assertThatThrownBy(writer::commit).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> writer.add(1L)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void saysWhatIsWrongWithAFile() throws IOException {
        byte[] good = HexFormat.of().parseHex(NpyFixtures.F4_2X3);
        refused(Arrays.copyOf(good, good.length - 1), "needs 152 bytes, the file has 151");
        refused(Arrays.copyOf(good, good.length + 1), "needs 152 bytes, the file has 153");
        refused(Arrays.copyOf(good, 20), "ends within its header");
        refused(new byte[0], "ends within its header");
        refused("open_time_ms,open".getBytes(StandardCharsets.US_ASCII), "not a NumPy file");
        refused(changed(good, "<f4", ">f4"), "element type '>f4'");
        refused(changed(good, "<f4", "|O "), "element type '|O '");
        refused(changed(good, "False", "True "), "Fortran order");
        refused(changed(good, "(2, 3)", "(6,6,6)"), "one or two dimensions");
        refused(changed(good, "(2, 3)", "()    "), "one or two dimensions");
        refused(changed(good, "(2, 3)", "(3, 3)"), "needs 164 bytes");
        refused(changed(good, "(2, 3)", "(-2,3)"), "no readable 'shape'");
        refused(changed(good, "'shape': (2, 3),", "'shape': (9999999999999999, 9999999),"), "");
        byte[] newer = good.clone();
        newer[6] = 2;
        refused(newer, "NumPy format 2.0");
    }

    private void refused(byte[] content, String message) throws IOException {
        Path file = folder.resolve("bad.npy");
        Files.write(file, content);
        assertThatThrownBy(() -> NpyReader.open(file).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bad.npy")
                .hasMessageContaining(message);
    }

    private static byte[] changed(byte[] file, String from, String to) {
        String text = new String(file, StandardCharsets.ISO_8859_1);
        String padding = " ".repeat(Math.max(0, to.length() - from.length()));
        String longer = text.replace(from, to);
        if (!padding.isEmpty()) {
            longer = longer.replaceFirst(padding + "\n", "\n");
        }
        return longer.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String dict(byte[] file) {
        String text = new String(file, StandardCharsets.ISO_8859_1);
        return text.substring(10, text.indexOf('}') + 1);
    }
}
