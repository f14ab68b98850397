package io.auspex.platform;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on a port of the loopback interface that breaks on demand: between a service and its
 * PostgreSQL, a broker, an exchange. The port stays the same through all of it. Thread-safe.
 */
public final class FaultProxy implements AutoCloseable {

    private static final int BUFFER_BYTES = 64 * 1024;

    private final String host;
    private final int port;
    private final int ownPort;
    private final Lock lock = new ReentrantLock();
    private final Condition thawed = lock.newCondition();
    private final Set<Socket> sockets = new HashSet<>();
    private @Nullable ServerSocket server;
    private boolean frozen;
    private Duration delay = Duration.ZERO;

    private FaultProxy(String host, int port) throws IOException {
        this.host = host;
        this.port = port;
        this.ownPort = listen(0);
    }

    /** Lets everything through to that address. */
    public static FaultProxy to(String host, int port) {
        try {
            return new FaultProxy(host, port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens, at 127.0.0.1. */
    public int port() {
        return ownPort;
    }

    /** Ends every connection; new ones are refused until {@link #restore}. */
    public void cut() {
        List<Socket> ended;
        lock.lock();
        try {
            closeQuietly(server);
            server = null;
            ended = List.copyOf(sockets);
            sockets.clear();
            frozen = false;
            thawed.signalAll();
        } finally {
            lock.unlock();
        }
        ended.forEach(FaultProxy::closeQuietly);
    }

    /**
     * Half-open: connections stay and new ones are accepted, but nothing comes through until {@link
     * #restore}; then what was held back does.
     */
    public void freeze() {
        lock.lock();
        try {
            frozen = true;
        } finally {
            lock.unlock();
        }
    }

    /** Holds every piece of data back for so long, in each direction. */
    public void delay(Duration each) {
        lock.lock();
        try {
            delay = each;
        } finally {
            lock.unlock();
        }
    }

    /** Lets everything through again, at once. */
    public void restore() {
        lock.lock();
        try {
            frozen = false;
            delay = Duration.ZERO;
            thawed.signalAll();
            if (server == null) {
                int _ = listen(ownPort);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    /** Connections that are open now. */
    public int connections() {
        lock.lock();
        try {
            return sockets.size() / 2;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        cut();
    }

    private int listen(int at) throws IOException {
        ServerSocket listening = new ServerSocket();
        listening.setReuseAddress(true);
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), at));
        server = listening;
        Thread.ofVirtual().name("fault-proxy").start(() -> acceptAll(listening));
        return listening.getLocalPort();
    }

    private void acceptAll(ServerSocket listening) {
        try {
            while (true) {
                Socket client = listening.accept();
                Thread.ofVirtual().start(() -> connect(listening, client));
            }
        } catch (IOException cut) {
            // No more of them.
        }
    }

    private void connect(ServerSocket listening, Socket client) {
        try {
            Socket target = new Socket(host, port);
            client.setTcpNoDelay(true);
            target.setTcpNoDelay(true);
            lock.lock();
            try {
                if (server != listening) {
                    closeQuietly(client);
                    closeQuietly(target);
                    return;
                }
                sockets.add(client);
                sockets.add(target);
            } finally {
                lock.unlock();
            }
            Thread.ofVirtual().start(() -> pump(client, target));
            Thread.ofVirtual().start(() -> pump(target, client));
        } catch (IOException unreachable) {
            closeQuietly(client);
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream input = from.getInputStream();
            OutputStream output = to.getOutputStream();
            for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
                hold();
                output.write(buffer, 0, read);
                output.flush();
            }
        } catch (IOException | InterruptedException ended) {
            // By one of its ends, or by us.
        } finally {
            forget(from, to);
        }
    }

    private void hold() throws InterruptedException {
        Duration each;
        lock.lockInterruptibly();
        try {
            while (frozen) {
                thawed.await();
            }
            each = delay;
        } finally {
            lock.unlock();
        }
        if (each.isPositive()) {
            Thread.sleep(each);
        }
    }

    private void forget(Socket one, Socket other) {
        lock.lock();
        try {
            sockets.remove(one);
            sockets.remove(other);
        } finally {
            lock.unlock();
        }
        closeQuietly(one);
        closeQuietly(other);
    }

    private static void closeQuietly(@Nullable AutoCloseable closed) {
        try {
            if (closed != null) {
                closed.close();
            }
        } catch (Exception e) {
            // It was closed, or is now.
        }
    }
}
