package io.auspex.ingest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * Writes small candle files for tests. Candle number n opens at {@code START + n * FIVE_MINUTES}.
 */
record CandleFolder(Path path) {

    static final long START = 1_515_560_100_000L;
    static final long FIVE_MINUTES = 300_000L;
    static final String HEADER = "open_time_ms,open,high,low,close,volume";

    /** A good row; every number differs, so that exchanged rows and columns are noticed. */
    static String row(int number) {
        double open = 100 + number;
        return "%d,%s,%s,%s,%s,%s"
                .formatted(
                        START + number * FIVE_MINUTES,
                        open,
                        open + 2,
                        open - 1,
                        open + 1,
                        number + 0.5);
    }

    static List<String> rows(int from, int to) {
        return IntStream.range(from, to).mapToObj(CandleFolder::row).toList();
    }

    static long closeTime(int number) {
        return START + (number + 1) * FIVE_MINUTES;
    }

    static String text(List<String> rows) {
        return String.join("\n", Stream.concat(Stream.of(HEADER), rows.stream()).toList()) + "\n";
    }

    CandleFolder with(String file, List<String> rows) throws IOException {
        return with(file, text(rows).getBytes(StandardCharsets.ISO_8859_1));
    }

    CandleFolder with(String file, String... rows) throws IOException {
        return with(file, List.of(rows));
    }

    CandleFolder with(String file, byte[] bytes) throws IOException {
        Files.write(path.resolve(file), bytes);
        return this;
    }

    static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.ISO_8859_1));
        }
        return bytes.toByteArray();
    }

    /** Runs a replay of the folder to its end, everything as history. */
    RecordingListener replay() throws InterruptedException {
        return replay(1, Long.MIN_VALUE);
    }

    RecordingListener replay(double historyShare, long after) throws InterruptedException {
        RecordingListener listener = new RecordingListener();
        new ReplayFeed(path, historyShare, timeframe -> {}).run(after, listener);
        return listener;
    }

    static List<Integer> numbers(RecordingListener listener, String symbol) {
        return listener.candles().stream()
                .filter(candle -> candle.symbol().name().equals(symbol))
                .map(candle -> (int) ((candle.openTimeMillis() - START) / FIVE_MINUTES))
                .toList();
    }

    static List<String> repeat(String row, int times) {
        return Collections.nCopies(times, row);
    }
}
