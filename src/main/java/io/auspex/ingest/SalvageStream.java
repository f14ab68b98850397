package io.auspex.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Turns a read error, such as that of a truncated gzip, into the end of the stream, and remembers
 * it: everything that could be read before it still reaches the parser, whose buffers an exception
 * would otherwise throw away.
 */
final class SalvageStream extends InputStream {

    private final InputStream source;
    private Optional<IOException> failure = Optional.empty();
    private int lastByte = '\n';

    SalvageStream(InputStream source) {
        this.source = source;
    }

    /** What ended the stream early. */
    Optional<IOException> failure() {
        return failure;
    }

    /** Whether the last byte that came through ended a line. */
    boolean endsWithLine() {
        return lastByte == '\n' || lastByte == '\r';
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        if (failure.isPresent()) {
            return -1;
        }
        try {
            int count = source.read(buffer, offset, length);
            if (count > 0) {
                lastByte = buffer[offset + count - 1];
            }
            return count;
        } catch (IOException e) {
            failure = Optional.of(e);
            return -1;
        }
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
