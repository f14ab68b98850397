package io.auspex.ingest;

import de.siegmar.fastcsv.reader.CsvRecord;
import io.auspex.market.Candle;
import java.util.List;

/**
 * A row of a candle file that is valid by itself; its place among the others is not judged here.
 *
 * @param line counted from 1
 */
record CandleRow(long line, Candle candle) {

    static final List<String> HEADER =
            List.of("open_time_ms", "open", "high", "low", "close", "volume");

    /** 9999-12-31T23:59:59.999Z: later times are seconds or microseconds taken for milliseconds. */
    private static final long LATEST_MILLIS = 253_402_300_799_999L;

    private static final int LONGEST_QUOTE = 40;

    /**
     * @throws IllegalArgumentException with the reason when the row is not a candle
     */
    static CandleRow parse(CandleFile file, CsvRecord row) {
        if (row.getFieldCount() != HEADER.size()) {
            throw new IllegalArgumentException(
                    "%d columns instead of %d".formatted(row.getFieldCount(), HEADER.size()));
        }
        Candle candle =
                new Candle(
                        file.symbol(),
                        file.timeframe(),
                        time(row.getField(0)),
                        number(row, 1),
                        number(row, 2),
                        number(row, 3),
                        number(row, 4),
                        number(row, 5));
        return new CandleRow(row.getStartingLineNumber(), candle);
    }

    private static long time(String text) {
        long millis;
        try {
            millis = Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "open_time_ms " + quote(text) + " is not a whole number", e);
        }
        if (millis < 0 || millis > LATEST_MILLIS) {
            throw new IllegalArgumentException(
                    "open_time_ms " + millis + " is not in milliseconds since 1970");
        }
        return millis;
    }

    private static double number(CsvRecord row, int column) {
        String text = row.getField(column);
        try {
            // Java also reads 0x1p3, 1d and surrounding blanks, which no exporter of candles means.
            if (text.equals("NaN") || text.endsWith("Infinity") || isPlain(text)) {
                return Double.parseDouble(text);
            }
        } catch (NumberFormatException e) {
            // Falls through to the reason.
        }
        throw new IllegalArgumentException(
                HEADER.get(column) + " " + quote(text) + " is not a number");
    }

    private static boolean isPlain(String text) {
        return text.chars().allMatch(c -> (c >= '0' && c <= '9') || "+-.eE".indexOf(c) >= 0);
    }

    /** Keeps a reason readable whatever the file contains. */
    static String quote(String text) {
        String shown = text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) : text;
        return "'"
                + shown.replaceAll("[^ -~]", "?")
                + (text.length() > LONGEST_QUOTE ? "...'" : "'");
    }
}
