package io.auspex.ingest;

import static io.auspex.ingest.CandleFolder.gzip;
import static io.auspex.ingest.CandleFolder.numbers;
import static io.auspex.ingest.CandleFolder.row;
import static io.auspex.ingest.CandleFolder.rows;
import static io.auspex.ingest.CandleFolder.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad data is refused one by one, and nothing else is lost. */
class RefusedRowTest {

    private static final String T5 = "1515561600000";

    @TempDir Path temp;

    /** The bad row stands on line 7, between candles 4 and 6. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    T,abc,107,104,106,5              | open 'abc' is not a number
                    T,105,0x1p3,104,106,5            | high '0x1p3' is not a number
                    T,105,107,104,106,               | volume '' is not a number
                    T,105,107,104,106,1-2            | volume '1-2' is not a number
                    T,105,107, 104,106,5             | low ' 104' is not a number
                    T,NaN,107,104,106,5              | open must be finite and positive: NaN
                    T,105,Infinity,104,106,5         | high must be finite and positive: Infinity
                    T,105,107,-Infinity,106,5        | low must be finite and positive: -Infinity
                    T,105,107,104,1e400,5            | close must be finite and positive: Infinity
                    T,105,107,104,106,NaN            | volume must be finite and not negative: NaN
                    T,105,107,104,106,-1             | volume must be finite and not negative: -1.0
                    T,105,103,104,104,5              | high 103.0 is below low 104.0
                    T,108,107,104,106,5              | open 108.0 and close 106.0 must lie within
                    T,105,107,104,103,5              | open 105.0 and close 103.0 must lie within
                    T,0,107,0,106,5                  | open must be finite and positive: 0.0
                    T,105,107,-104,106,5             | low must be finite and positive: -104.0
                    1515561600001,105,107,104,106,5  | open time 1515561600001 is off the 5m grid
                    1515561300000,105,107,104,106,5  | duplicate of line 6
                    1515560100000,105,107,104,106,5  | out of order: open time 1515560100000 comes after
                    1615561500000,105,107,104,106,5  | out of order: open time 1615561500000 is ahead of
                    1515561600000000,105,107,104,1,5 | is not in milliseconds since 1970
                    -300000,105,107,104,106,5        | is not in milliseconds since 1970
                    now,105,107,104,106,5            | open_time_ms 'now' is not a whole number
                    T,105,107,104,106                | 5 columns instead of 6
                    T,105,107,104,106,5,9            | 7 columns instead of 6
                    T,105,107,104,106,"5             | volume '"5' is not a number
                    T;105;107;104;106;5              | 1 columns instead of 6
                    """)
    void refusesABadRowWithItsLineAndReasonAndKeepsTheOthers(String bad, String reason)
            throws Exception {
        List<String> rows = new ArrayList<>(rows(0, 5));
        rows.add(bad.strip().replace("T", T5));
        rows.addAll(rows(6, 10));

        RecordingListener heard = folder().with("AAA-5m.csv", rows).replay();

        assertThat(numbers(heard, "AAA")).containsExactly(0, 1, 2, 3, 4, 6, 7, 8, 9);
        assertThat(heard.refused).hasSize(1);
        assertThat(heard.refused.getFirst().file()).isEqualTo("AAA-5m.csv");
        assertThat(heard.refused.getFirst().line()).isEqualTo(7);
        assertThat(heard.refused.getFirst().reason()).contains(reason);
    }

    @Test
    void refusesEveryRowOfABlockThatGoesBackInTime() throws Exception {
        List<String> rows = new ArrayList<>(rows(0, 20));
        rows.addAll(rows(10, 25));

        RecordingListener heard = folder().with("AAA-5m.csv", rows).replay();

        assertThat(numbers(heard, "AAA")).isEqualTo(IntStream.range(0, 25).boxed().toList());
        assertThat(heard.refused)
                .extracting(RefusedRow::line)
                .containsExactlyElementsOf(
                        IntStream.range(22, 32).mapToObj(Long::valueOf).toList());
    }

    @Test
    void losesOneOfTwoExchangedRowsAndNoOther() throws Exception {
        RecordingListener heard =
                folder().with("AAA-5m.csv", row(0), row(2), row(1), row(3), row(4)).replay();

        assertThat(numbers(heard, "AAA")).containsExactly(0, 2, 3, 4);
        assertThat(heard.refused).extracting(RefusedRow::line).containsExactly(4L);
    }

    @Test
    void keepsOneOfManyDuplicates() throws Exception {
        List<String> rows = new ArrayList<>(CandleFolder.repeat(row(3), 5));
        rows.add(row(4));

        RecordingListener heard = folder().with("AAA-5m.csv", rows).replay();

        assertThat(numbers(heard, "AAA")).containsExactly(3, 4);
        assertThat(heard.refused).extracting(RefusedRow::line).containsExactly(3L, 4L, 5L, 6L);
    }

    @Test
    void refusesAFileWithAnotherHeaderAsAWhole() throws Exception {
        RecordingListener heard =
                folder().with("GOOD-5m.csv", rows(0, 3))
                        .with("AAA-5m.csv", bytes("time,o,h,l,c,v\n" + row(0) + "\n"))
                        .with("BBB-5m.csv", bytes(row(0) + "\n" + row(1) + "\n"))
                        .replay();

        assertThat(heard.candles()).hasSize(3);
        assertThat(heard.refused)
                .extracting(row -> row.file() + ":" + row.line())
                .containsExactly("AAA-5m.csv:1", "BBB-5m.csv:1");
        assertThat(heard.refused.getFirst().reason())
                .contains("'time,o,h,l,c,v' instead of '" + CandleFolder.HEADER + "'");
    }

    @Test
    void refusesEmptyFilesAndFilesThatHoldOnlyAHeader() throws Exception {
        RecordingListener heard =
                folder().with("GOOD-5m.csv", rows(0, 3))
                        .with("AAA-5m.csv", new byte[0])
                        .with("BBB-5m.csv", List.of())
                        .with("CCC-5m.csv.gz", new byte[0])
                        .with("DDD-5m.csv.gz", gzip(""))
                        .replay();

        assertThat(heard.candles()).hasSize(3);
        assertThat(heard.refused)
                .containsExactlyInAnyOrder(
                        new RefusedRow("AAA-5m.csv", 0, "the file is empty"),
                        new RefusedRow("BBB-5m.csv", 0, "the file has no rows"),
                        new RefusedRow("CCC-5m.csv.gz", 0, "the file is empty"),
                        new RefusedRow("DDD-5m.csv.gz", 0, "the file is empty"));
    }

    @Test
    void refusesBinaryGarbageWithoutLosingTheRowsAroundIt() throws Exception {
        byte[] garbage = new byte[20_000];
        new Random(5).nextBytes(garbage);
        long garbageLines = lines(garbage);
        byte[] file = bytes(text(rows(0, 5)));
        byte[] after = bytes("\n" + String.join("\n", rows(5, 9)) + "\n");
        byte[] joined = concat(file, garbage, after);

        RecordingListener heard =
                folder().with("AAA-5m.csv", joined).with("BBB-5m.csv.gz", garbage).replay();

        assertThat(numbers(heard, "AAA")).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);
        List<RefusedRow> ofAaa =
                heard.refused.stream().filter(row -> row.file().startsWith("AAA")).toList();
        assertThat(ofAaa).hasSize((int) garbageLines);
        assertThat(ofAaa.getFirst().line()).isEqualTo(7);
        assertThat(ofAaa).allMatch(row -> row.reason().matches("[ -~]+"));
        assertThat(heard.refused)
                .contains(
                        new RefusedRow(
                                "BBB-5m.csv.gz", 0, "the file cannot be read: Not in GZIP format"));
    }

    @Test
    void acceptsWindowsLineEndsBlankLinesAndAMissingLastLineEnd() throws Exception {
        String text = String.join("\r\n", CandleFolder.HEADER, row(0), "", row(1), "bad", row(2));

        RecordingListener heard = folder().with("AAA-5m.csv", bytes(text)).replay();

        assertThat(numbers(heard, "AAA")).containsExactly(0, 1, 2);
        assertThat(heard.refused).extracting(RefusedRow::line).containsExactly(5L);
    }

    @Test
    void refusesAPlainFilesLastRowWhenItIsCutOff() throws Exception {
        String text = text(rows(0, 5));

        RecordingListener heard =
                folder().with("AAA-5m.csv", bytes(text.substring(0, text.length() - 10))).replay();

        assertThat(numbers(heard, "AAA")).containsExactly(0, 1, 2, 3);
        assertThat(heard.refused).extracting(RefusedRow::line).containsExactly(6L);
    }

    @Test
    void deliversEveryCompleteRowOfATruncatedGzipWhereverItIsCut() throws Exception {
        byte[] whole = gzip(text(rows(0, 300)));
        CandleFolder folder = folder().with("GOOD-5m.csv", rows(0, 2));
        for (int length = 1; length < whole.length; length += length < 40 ? 1 : 23) {
            byte[] cut = Arrays.copyOf(whole, length);
            int complete = completeRows(cut);

            RecordingListener heard = folder.with("AAA-5m.csv.gz", cut).replay();

            assertThat(numbers(heard, "AAA"))
                    .isEqualTo(IntStream.range(0, complete).boxed().toList());
            assertThat(heard.refused).as("cut at %d", length).hasSize(1);
            assertThat(heard.refused.getFirst().reason()).contains("too early", "cannot be read");
            if (complete > 0) {
                assertThat(heard.refused.getFirst().line()).isEqualTo(complete + 2);
            }
        }
    }

    @Test
    void deliversWhatComesBeforeADamagedPlaceOfAGzip() throws Exception {
        byte[] damaged = gzip(text(rows(0, 3_000)));
        Arrays.fill(damaged, damaged.length / 2, damaged.length / 2 + 50, (byte) 0xFF);

        RecordingListener heard = folder().with("AAA-5m.csv.gz", damaged).replay();

        List<Integer> read = numbers(heard, "AAA");
        assertThat(read).hasSizeBetween(500, 2_500);
        assertThat(read.subList(0, 500)).isEqualTo(IntStream.range(0, 500).boxed().toList());
        assertThat(heard.refused.getLast().reason()).contains("cannot be read from here on");
    }

    @Property(tries = 100, seed = "20260101")
    void everyRowIsEitherACandleOrRefused(
            @ForAll List<@IntRange(max = 60) Integer> order, @ForAll long seed) throws Exception {
        Random random = new Random(seed);
        List<String> rows =
                order.stream()
                        .map(number -> random.nextInt(5) == 0 ? "x" + row(number) : row(number))
                        .toList();
        Path place = Files.createTempDirectory("rows");
        CandleFolder folder =
                new CandleFolder(place).with("AAA-5m.csv", rows).with("GOOD-5m.csv", row(100));

        RecordingListener heard = folder.replay();

        List<Integer> taken = numbers(heard, "AAA");
        long refusedRows = heard.refused.stream().filter(row -> row.line() > 0).count();
        assertThat(taken.size() + refusedRows).isEqualTo(rows.size());
        assertThat(taken).isSorted().doesNotHaveDuplicates();
        assertThat(heard.refused.stream().filter(row -> row.line() > 0).map(RefusedRow::line))
                .doesNotHaveDuplicates();
        try (var files = Files.list(place)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(place);
    }

    private CandleFolder folder() {
        return new CandleFolder(temp);
    }

    /** Counts with the decompressor itself, apart from the code under test. */
    private static int completeRows(byte[] gzip) throws DataFormatException {
        int headerLength = 10;
        if (gzip.length <= headerLength) {
            return 0;
        }
        Inflater inflater = new Inflater(true);
        inflater.setInput(gzip, headerLength, gzip.length - headerLength);
        byte[] text = new byte[1 << 20];
        int length = 0;
        for (int count = inflater.inflate(text); count > 0; ) {
            length += count;
            count = inflater.inflate(text, length, text.length - length);
        }
        inflater.end();
        int lines = 0;
        for (int i = 0; i < length; i++) {
            lines += text[i] == '\n' ? 1 : 0;
        }
        return Math.max(0, lines - 1);
    }

    /** Lines that are not empty; the garbage is followed by a line end of its own. */
    private static long lines(byte[] garbage) {
        String text = new String(garbage, StandardCharsets.ISO_8859_1);
        return Arrays.stream(text.split("[\r\n]")).filter(line -> !line.isEmpty()).count();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] concat(byte[]... parts) throws IOException {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.write(part);
        }
        return out.toByteArray();
    }
}
