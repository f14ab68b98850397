package io.auspex.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket connection, read with as little work as possible: of a signal only the instant at
 * which it was sent is looked at, everything else is skipped. The client of a bench must not be
 * what is measured.
 */
final class StreamSubscriber {

    private static final int READ_BYTES = 256 * 1024;
    private static final int STALLED_RECEIVE_BYTES = 4096;

    /** The envelope before the data is in here. */
    private static final int LOOKED_AT = 320;

    private static final int LONGEST_HEADER = 10;
    private static final byte[] TS_SENT = ascii("\"ts_sent\":\"");
    private static final byte[] SIGNAL = ascii("\"type\":\"signal\"");
    private static final byte[] MASKED_PONG = {(byte) 0x8A, (byte) 0x80, 0, 0, 0, 0};
    private static final ByteBuffer BUFFER = ByteBuffer.allocateDirect(READ_BYTES);

    private final SocketChannel channel;
    private final SelectionKey key;
    private final boolean isStalled;
    private final @Nullable String subscribe;
    private byte[] carried = new byte[0];
    private long toSkip;
    private boolean isUpgraded;
    private boolean isOpen;
    private boolean isReading;
    private boolean isClosed;
    private int closeCode;

    // Several signals of one publication in one read are counted together.
    private long sentNanos;
    private int sameSent;

    private StreamSubscriber(
            Selector selector, SocketChannel channel, boolean isStalled, @Nullable String subscribe)
            throws IOException {
        this.channel = channel;
        this.key = channel.register(selector, SelectionKey.OP_READ);
        this.isStalled = isStalled;
        this.subscribe = subscribe;
        this.isReading = !isStalled;
    }

    static StreamSubscriber open(Selector selector, StreamJob job, boolean isStalled)
            throws IOException {
        SocketChannel channel = SocketChannel.open();
        if (isStalled) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, STALLED_RECEIVE_BYTES);
        }
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), job.port()));
        String path = Objects.requireNonNull(job.path(), "there is one to open");
        channel.write(
                ByteBuffer.wrap(
                        ascii(
                                "GET "
                                        + path
                                        + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                                        + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")));
        channel.configureBlocking(false);
        StreamSubscriber subscriber =
                new StreamSubscriber(selector, channel, isStalled, job.subscribe());
        subscriber.key.attach(subscriber);
        return subscriber;
    }

    /** Whether what it asked for has begun, as far as that can be known. */
    boolean isOpen() {
        return isOpen || isClosed;
    }

    boolean isClosed() {
        return isClosed;
    }

    boolean isReadOrClosed() {
        return isClosed || !isStalled;
    }

    OptionalInt closeCode() {
        return closeCode == 0 ? OptionalInt.empty() : OptionalInt.of(closeCode);
    }

    /** One that was stalled reads from now on. */
    void readAfterAll() throws IOException {
        if (isStalled && !isClosed && !isReading) {
            isReading = true;
            // What is left has to come before the server cuts the connection.
            channel.setOption(StandardSocketOptions.SO_RCVBUF, READ_BYTES);
            key.interestOps(SelectionKey.OP_READ);
        }
    }

    void close() throws IOException {
        isClosed = true;
        channel.close();
    }

    /** Reads what there is. */
    void read(StreamTally tally) {
        try {
            BUFFER.clear().put(carried);
            carried = new byte[0];
            int read = channel.read(BUFFER);
            long now = tally.now();
            if (read < 0) {
                close();
                return;
            }
            tally.bytes(read);
            BUFFER.flip();
            sameSent = 0;
            take(tally, now);
            count(tally, now);
        } catch (IOException gone) {
            isClosed = true;
        }
    }

    private void take(StreamTally tally, long now) throws IOException {
        if (!isUpgraded && !upgrade()) {
            carry();
            return;
        }
        while (BUFFER.hasRemaining() && !isClosed) {
            if (toSkip > 0) {
                int skipped = (int) Math.min(toSkip, BUFFER.remaining());
                BUFFER.position(BUFFER.position() + skipped);
                toSkip -= skipped;
            } else if (!frame(tally, now)) {
                carry();
                return;
            }
        }
    }

    /** Whether there was enough of it. */
    private boolean frame(StreamTally tally, long now) throws IOException {
        int start = BUFFER.position();
        int available = BUFFER.remaining();
        if (available < 2) {
            return false;
        }
        int opcode = BUFFER.get(start) & 0x0F;
        int length = BUFFER.get(start + 1) & 0x7F;
        int header = length < 126 ? 2 : length == 126 ? 4 : LONGEST_HEADER;
        if (available < header) {
            return false;
        }
        long payload =
                switch (length) {
                    case 126 -> BUFFER.getShort(start + 2) & 0xFFFF;
                    case 127 -> BUFFER.getLong(start + 2);
                    default -> length;
                };
        int looked = (int) Math.min(payload, LOOKED_AT);
        if (available < header + looked) {
            return false;
        }
        switch (opcode) {
            case 1 -> text(start + header, looked, tally, now);
            case 8 -> {
                closeCode = payload < 2 ? 0 : BUFFER.getShort(start + header) & 0xFFFF;
                close();
            }
            case 9 -> {
                // One that reads late what was sent long ago speaks to a server that hung up.
                if (!isStalled) {
                    channel.write(ByteBuffer.wrap(MASKED_PONG));
                }
            }
            default -> {
                // Nothing to do about it.
            }
        }
        BUFFER.position(start + header + looked);
        toSkip = payload - looked;
        return true;
    }

    private void text(int at, int length, StreamTally tally, long now) throws IOException {
        int sent = find(TS_SENT, at, at + length);
        if (sent < 0) {
            return;
        }
        if (!isOpen && isUpgraded) {
            isOpen = true;
            if (isStalled) {
                isReading = false;
                stopReading();
            }
        }
        int instant = sent + TS_SENT.length;
        if (isStalled || find(SIGNAL, instant, at + length) < 0) {
            return;
        }
        long nanos = instant(instant);
        if (nanos != sentNanos) {
            count(tally, now);
            sentNanos = nanos;
        }
        sameSent++;
    }

    private void stopReading() {
        key.interestOps(0);
    }

    private void count(StreamTally tally, long now) {
        if (sameSent > 0) {
            tally.signals(sentNanos, now, sameSent);
            sameSent = 0;
        }
    }

    private boolean upgrade() throws IOException {
        byte[] end = ascii("\r\n\r\n");
        int at = find(end, 0, BUFFER.limit());
        if (at < 0) {
            return false;
        }
        BUFFER.position(at + end.length);
        isUpgraded = true;
        if (subscribe == null) {
            isOpen = true;
            if (isStalled) {
                isReading = false;
                stopReading();
            }
        } else {
            channel.write(masked(subscribe));
        }
        return true;
    }

    private void carry() {
        carried = new byte[BUFFER.remaining()];
        BUFFER.get(carried);
    }

    private static int find(byte[] what, int from, int to) {
        for (int i = from; i <= to - what.length; i++) {
            int j = 0;
            while (j < what.length && BUFFER.get(i + j) == what[j]) {
                j++;
            }
            if (j == what.length) {
                return i;
            }
        }
        return -1;
    }

    /** {@code 2026-11-26T01:02:03.456789Z} in nanoseconds since the epoch. */
    private static long instant(int at) {
        long days = LocalDate.of(digits(at, 4), digits(at + 5, 2), digits(at + 8, 2)).toEpochDay();
        long seconds =
                days * 86_400
                        + digits(at + 11, 2) * 3_600L
                        + digits(at + 14, 2) * 60L
                        + digits(at + 17, 2);
        long nanos = 0;
        int next = at + 19;
        if (BUFFER.get(next) == '.') {
            next++;
            long unit = 100_000_000;
            while (BUFFER.get(next) != 'Z') {
                nanos += (BUFFER.get(next) - '0') * unit;
                unit /= 10;
                next++;
            }
        }
        return seconds * 1_000_000_000L + nanos;
    }

    private static int digits(int at, int count) {
        int value = 0;
        for (int i = at; i < at + count; i++) {
            value = value * 10 + BUFFER.get(i) - '0';
        }
        return value;
    }

    /** A text frame of a client, masked with zeros. */
    private static ByteBuffer masked(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer frame = ByteBuffer.allocate(bytes.length + 8);
        frame.put((byte) 0x81);
        if (bytes.length < 126) {
            frame.put((byte) (0x80 | bytes.length));
        } else {
            frame.put((byte) 0xFE).putShort((short) bytes.length);
        }
        return frame.putInt(0).put(bytes).flip();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
