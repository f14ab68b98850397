package io.auspex.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One kept-alive HTTP/1.1 connection with at most one request under way, as cheap as it can be, so
 * that the generator is not what is measured. Understands answers with a content length.
 */
final class LoadConnection implements AutoCloseable {

    private static final int MAX_ANSWER_BYTES = 64 * 1024;
    private static final String LENGTH = "content-length:";

    private final SocketChannel channel;
    private final ByteBuffer answer = ByteBuffer.allocateDirect(MAX_ANSWER_BYTES);
    private long sentNanos;
    private int headBytes;
    private int wholeBytes;
    private int next;

    LoadConnection(int port, int next, Selector selector) throws IOException {
        channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, this);
        this.next = next;
    }

    /**
     * Sends the next of the requests.
     *
     * @param sentNanos what its latency counts from
     */
    void send(ByteBuffer[] requests, long sentNanos) throws IOException {
        this.sentNanos = sentNanos;
        answer.clear();
        headBytes = 0;
        next = (next + 1) % requests.length;
        ByteBuffer request = requests[next].duplicate();
        while (request.hasRemaining()) {
            // The last answer was read: there is room for a request, but for rare moments.
            channel.write(request);
        }
    }

    long sentNanos() {
        return sentNanos;
    }

    int next() {
        return next;
    }

    /** Reads what is there; true when that completes the answer. */
    boolean receive() throws IOException {
        if (channel.read(answer) < 0) {
            throw new EOFException("the server closed a connection");
        }
        if (headBytes == 0 && !readHead()) {
            return false;
        }
        if (wholeBytes > MAX_ANSWER_BYTES) {
            throw new IOException("an answer of " + wholeBytes + " bytes");
        }
        return answer.position() >= wholeBytes;
    }

    /** Of the answer that is complete. */
    boolean isOk() {
        return answer.get(9) == '2' && answer.get(10) == '0' && answer.get(11) == '0';
    }

    /** The answer that is complete, for people. */
    String text() {
        return text(Math.min(answer.position(), 600)).replaceAll("\\s+", " ");
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private boolean readHead() throws IOException {
        int end = headEnd();
        if (end < 0) {
            return false;
        }
        String head = text(end).toLowerCase(Locale.ROOT);
        int name = head.indexOf(LENGTH);
        if (name < 0) {
            throw new IOException("an answer without a content length: " + text());
        }
        int number = name + LENGTH.length();
        headBytes = end;
        wholeBytes =
                end + Integer.parseInt(head.substring(number, head.indexOf('\r', number)).strip());
        return true;
    }

    /** The place after the empty line; -1 while it has not come. */
    private int headEnd() {
        for (int i = 3; i < answer.position(); i++) {
            if (answer.get(i) == '\n' && answer.get(i - 2) == '\n') {
                return i + 1;
            }
        }
        return -1;
    }

    private String text(int bytes) {
        byte[] copy = new byte[bytes];
        answer.get(0, copy);
        return new String(copy, StandardCharsets.ISO_8859_1);
    }
}
