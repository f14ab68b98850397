package io.auspex.platform;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Passes TCP on until it is told to stall: then nothing comes through in either direction and no
 * connection ends, as behind a firewall that has forgotten them.
 */
final class StallingProxy implements AutoCloseable {

    private final ServerSocket server;
    private final int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile boolean stalled;

    StallingProxy(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Connections there are say nothing any more; new ones are not answered. */
    void stall() {
        stalled = true;
    }

    /** New connections work again; those that stalled stay as they are. */
    void heal() {
        stalled = false;
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                sockets.add(client);
                if (stalled) {
                    continue;
                }
                Socket upstream = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(upstream);
                boolean[] dead = new boolean[1];
                Thread.ofVirtual().start(() -> pump(client, upstream, dead));
                Thread.ofVirtual().start(() -> pump(upstream, client, dead));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void pump(Socket from, Socket to, boolean[] dead) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[8192];
            int read = in.read(buffer);
            while (read >= 0) {
                dead[0] |= stalled;
                if (!dead[0]) {
                    out.write(buffer, 0, read);
                    out.flush();
                }
                read = in.read(buffer);
            }
            if (!dead[0]) {
                to.shutdownOutput();
            }
        } catch (IOException ended) {
            closeQuietly(to, dead);
        }
    }

    private static void closeQuietly(Socket socket, boolean[] dead) {
        try {
            if (!dead[0]) {
                socket.close();
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
