package io.auspex.ingest;

/**
 * Data that did not become a candle.
 *
 * @param file name of the file, without its folder
 * @param line first line of the row, counted from 1; 0 stands for the file as a whole
 * @param reason what is wrong, for a reader who can see the row
 */
public record RefusedRow(String file, long line, String reason) {

    public RefusedRow {
        if (line < 0) {
            throw new IllegalArgumentException("line must not be negative: " + line);
        }
    }
}
