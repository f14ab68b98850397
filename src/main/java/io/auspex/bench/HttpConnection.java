package io.auspex.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * One kept-alive HTTP/1.1 connection to this machine, as cheap as it can be, so that the client
 * leaves the processor to the server. Blocking; one thread. Understands answers with a content
 * length only.
 */
final class HttpConnection implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 30_000;
    private static final int MAX_ANSWER_BYTES = 1 << 20;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private byte[] bytes = new byte[8192];
    private int filled;

    HttpConnection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    /** What came back. */
    record Reply(int status, String body) {}

    Reply get(String path) throws IOException {
        return send(request("GET", path, ""));
    }

    Reply post(String path, String json) throws IOException {
        return send(request("POST", path, json));
    }

    /** The bytes of a request, to be sent any number of times. */
    static byte[] request(String method, String path, String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        String head =
                "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                        .formatted(method, path, body.length);
        byte[] start = head.getBytes(StandardCharsets.US_ASCII);
        byte[] whole = new byte[start.length + body.length];
        System.arraycopy(start, 0, whole, 0, start.length);
        System.arraycopy(body, 0, whole, start.length, body.length);
        return whole;
    }

    Reply send(byte[] request) throws IOException {
        out.write(request);
        filled = 0;
        int headEnd = -1;
        while (headEnd < 0) {
            more();
            headEnd = headEnd();
        }
        String head = new String(bytes, 0, headEnd, StandardCharsets.ISO_8859_1);
        int length = contentLength(head);
        while (filled < headEnd + length) {
            more();
        }
        return new Reply(
                Integer.parseInt(head.substring(9, 12)),
                new String(bytes, headEnd, length, StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void more() throws IOException {
        if (filled == bytes.length) {
            if (filled >= MAX_ANSWER_BYTES) {
                throw new IOException("an answer of more than " + MAX_ANSWER_BYTES + " bytes");
            }
            bytes = Arrays.copyOf(bytes, 2 * filled);
        }
        int read = in.read(bytes, filled, bytes.length - filled);
        if (read < 0) {
            throw new EOFException("the server closed the connection");
        }
        filled += read;
    }

    /** The place after the empty line; -1 while it has not arrived. */
    private int headEnd() {
        for (int i = 3; i < filled; i++) {
            if (bytes[i] == '\n'
                    && bytes[i - 1] == '\r'
                    && bytes[i - 2] == '\n'
                    && bytes[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    private static int contentLength(String head) throws IOException {
        String lower = head.toLowerCase(Locale.ROOT);
        int name = lower.indexOf("content-length:");
        if (name < 0) {
            throw new IOException("an answer without a content length:\n" + head);
        }
        int end = lower.indexOf('\r', name);
        return Integer.parseInt(lower.substring(name + "content-length:".length(), end).strip());
    }
}
