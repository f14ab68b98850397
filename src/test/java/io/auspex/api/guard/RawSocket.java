package io.auspex.api.guard;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A client that sends what it likes, as slowly as it likes. */
final class RawSocket implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;

    RawSocket(URI service) throws IOException {
        socket = new Socket(service.getHost(), service.getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
    }

    /** The status of one request. */
    static int status(URI service, String requestLine, String token, String... headers)
            throws IOException {
        try (RawSocket raw = new RawSocket(service)) {
            StringBuilder head = new StringBuilder(requestLine).append(" HTTP/1.1\r\n");
            head.append("Host: ").append(service.getAuthority()).append("\r\n");
            head.append("Authorization: Bearer ").append(token).append("\r\n");
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            raw.send(head + "Content-Length: 0\r\nConnection: close\r\n\r\n");
            return raw.status();
        }
    }

    RawSocket send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** Of the next answer; 0 when the other side has hung up without one. */
    int status() throws IOException {
        String line = line();
        return line.startsWith("HTTP/1.1 ") ? Integer.parseInt(line.substring(9, 12)) : 0;
    }

    /**
     * Sends one text after the other, a pause after each, until the other side hangs up.
     *
     * @return how many it has taken
     */
    int drip(String text, int most, long pauseMillis) throws InterruptedException {
        for (int sent = 0; sent < most; sent++) {
            try {
                send(text);
                socket.setSoTimeout(1);
                if (socket.getInputStream().read() >= 0) {
                    return sent;
                }
                return sent;
            } catch (SocketTimeoutException stillOpen) {
                Thread.sleep(pauseMillis);
            } catch (IOException cut) {
                return sent;
            }
        }
        return most;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        InputStream in = socket.getInputStream();
        try {
            for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
                line.append((char) c);
            }
        } catch (SocketTimeoutException silent) {
            throw silent;
        } catch (IOException reset) {
            return "";
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
