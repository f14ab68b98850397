package io.auspex.signals;

import com.fasterxml.jackson.core.type.TypeReference;
import io.auspex.platform.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Signals that wait for the ledger, in one local file: a record a close, on disk before anybody
 * hears of it. They are read and let go oldest first; the file is emptied when all have gone. What
 * has gone but is still in the file when the process dies comes again, which the ledger does not
 * mind: it keeps one signal a model, symbol and close.
 *
 * <pre>
 *   int32 length of the JSON | int32 signals | int32 CRC-32 of the JSON | JSON, an array
 * </pre>
 *
 * A record that was cut off by the end of a process was never published, and is dropped.
 * Thread-safe.
 */
final class SignalSpool implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(SignalSpool.class);
    private static final TypeReference<List<PendingSignal>> SIGNALS = new TypeReference<>() {};
    private static final int HEADER_BYTES = 3 * Integer.BYTES;

    /** The text of {@link SignalLedger#MAX_BATCH} signals is shorter. */
    private static final int MAX_RECORD_BYTES = 64 * 1024 * 1024;

    private final Path file;
    private final int mostSignals;
    private final Map<String, Long> newestCloses = new HashMap<>();
    private @Nullable FileChannel channel;
    private long readPosition;
    private long endPosition;
    private int signals;

    private SignalSpool(Path file, int mostSignals) {
        this.file = file;
        this.mostSignals = mostSignals;
    }

    /**
     * Opens it, with what an earlier process has left there. There is no file until one is needed.
     *
     * @param mostSignals that may wait
     * @throws IOException when what is there cannot be read
     */
    static SignalSpool open(Path file, int mostSignals) throws IOException {
        if (mostSignals < 1) {
            throw new IllegalArgumentException("auspex.signals.spool must be at least 1");
        }
        SignalSpool spool = new SignalSpool(file, mostSignals);
        if (Files.exists(file)) {
            spool.recover();
        }
        return spool;
    }

    /** Signals that wait. */
    synchronized int size() {
        return signals;
    }

    synchronized boolean isEmpty() {
        return signals == 0;
    }

    /** Whether there is room for so many more; an empty spool takes any number. */
    synchronized boolean hasRoomFor(int more) {
        return signals == 0 || signals + more <= mostSignals;
    }

    /** The newest close of a feed of which signals wait. */
    synchronized OptionalLong newestClose(String feed) {
        Long newest = newestCloses.get(feed);
        return newest == null ? OptionalLong.empty() : OptionalLong.of(newest);
    }

    /**
     * Adds the signals of one close, of one feed. When it returns they are on disk.
     *
     * @throws IOException when they are not; then nothing has changed
     */
    synchronized void add(List<PendingSignal> close) throws IOException {
        byte[] json = Json.mapper().writerFor(SIGNALS).writeValueAsBytes(close);
        ByteBuffer record = ByteBuffer.allocate(HEADER_BYTES + json.length);
        record.putInt(json.length).putInt(close.size()).putInt(checksum(json)).put(json).flip();
        FileChannel to = channel();
        boolean written = false;
        try {
            long position = endPosition;
            while (record.hasRemaining()) {
                position += to.write(record, position);
            }
            to.force(false);
            endPosition = position;
            written = true;
        } finally {
            if (!written) {
                to.truncate(endPosition);
            }
        }
        remember(close);
    }

    /** The oldest record, which stays until it is {@link #removeOldest}. */
    synchronized Optional<List<PendingSignal>> oldest() throws IOException {
        return signals == 0 ? Optional.empty() : Optional.of(read(readPosition).signals());
    }

    /** Lets go of the oldest record. */
    synchronized void removeOldest() throws IOException {
        Record oldest = read(readPosition);
        signals -= oldest.signals().size();
        readPosition = oldest.endPosition();
        if (signals == 0) {
            channel().truncate(0);
            channel().force(false);
            readPosition = 0;
            endPosition = 0;
            newestCloses.clear();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }

    private record Record(List<PendingSignal> signals, long endPosition) {}

    private void recover() throws IOException {
        long size = channel().size();
        while (endPosition < size) {
            Record next;
            try {
                next = read(endPosition);
            } catch (IOException cutOff) {
                LOG.warnf(
                        "%s: what follows byte %d was never published, and is dropped: %s",
                        file, endPosition, cutOff.getMessage());
                break;
            }
            endPosition = next.endPosition();
            remember(next.signals());
        }
        channel().truncate(endPosition);
        if (signals > 0) {
            LOG.infof("%d signals wait in %s for the ledger", signals, file);
        }
    }

    private void remember(List<PendingSignal> close) {
        signals += close.size();
        for (PendingSignal signal : close) {
            newestCloses.merge(signal.feed(), signal.closeTimeMillis(), Math::max);
        }
    }

    private Record read(long position) throws IOException {
        ByteBuffer header = bytes(position, HEADER_BYTES);
        int length = header.getInt();
        int count = header.getInt();
        int checksum = header.getInt();
        if (length < 0 || length > MAX_RECORD_BYTES) {
            throw new IOException("no record begins at byte " + position);
        }
        byte[] json = bytes(position + HEADER_BYTES, length).array();
        if (checksum(json) != checksum) {
            throw new IOException("the record at byte " + position + " is damaged");
        }
        List<PendingSignal> read = Json.mapper().readValue(json, SIGNALS);
        if (read.size() != count) {
            throw new IOException("the record at byte " + position + " has another length");
        }
        return new Record(read, position + HEADER_BYTES + length);
    }

    private ByteBuffer bytes(long position, int length) throws IOException {
        FileChannel from = channel();
        if (position + length > from.size()) {
            throw new IOException("it ends within the record at byte " + position);
        }
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (from.read(bytes, position + bytes.position()) < 0) {
                throw new IOException("it ends within the record at byte " + position);
            }
        }
        return bytes.flip();
    }

    private FileChannel channel() throws IOException {
        if (channel == null) {
            boolean isNew = !Files.exists(file);
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            if (isNew && folder != null) {
                // The name of a new file is on disk when its folder is.
                try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
                    names.force(true);
                }
            }
        }
        return channel;
    }

    private static int checksum(byte[] json) {
        CRC32 crc = new CRC32();
        crc.update(json);
        return (int) crc.getValue();
    }
}
