package io.auspex.retraining;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads UTF-8 lines of a bounded length, so that a process that prints without a line feed cannot
 * fill the memory: what exceeds the bound is dropped up to the next line feed.
 */
final class BoundedLines implements AutoCloseable {

    private final InputStream input;
    private final byte[] line;

    BoundedLines(InputStream input, int maxBytes) {
        this.input = new BufferedInputStream(input);
        this.line = new byte[maxBytes];
    }

    /** The next line without its line feed; null at the end. */
    @Nullable String next() throws IOException {
        int length = 0;
        for (int next = input.read(); next >= 0; next = input.read()) {
            if (next == '\n') {
                return text(length);
            }
            if (length < line.length) {
                line[length++] = (byte) next;
            }
        }
        return length == 0 ? null : text(length);
    }

    private String text(int length) {
        int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        return new String(line, 0, end, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
