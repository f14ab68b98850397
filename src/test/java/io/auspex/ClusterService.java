package io.auspex;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * What a Service of Kubernetes is to its clients: one address. It forwards connections, not
 * requests: a new one goes to the next pod that is ready and is not being ended; one that is there
 * stays where it is, as long as its two ends want it, whatever becomes of the pod. Readiness is
 * asked for at {@code /q/health/ready}, as a kubelet does; of a pod that is being ended it does not
 * matter any more. Thread-safe.
 */
final class ClusterService implements AutoCloseable {

    private static final Duration PROBE = Duration.ofMillis(250);
    private static final int BUFFER_BYTES = 64 * 1024;

    private final ServerSocket server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
    private final List<Endpoint> endpoints = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private volatile boolean closed;

    /** A pod, as the Service knows it. */
    private static final class Endpoint {

        private final RunningAuspex pod;
        private final AtomicInteger connections = new AtomicInteger();
        private volatile boolean ready;

        Endpoint(RunningAuspex pod) {
            this.pod = pod;
        }
    }

    ClusterService() throws IOException {
        Thread.ofVirtual().name("service").start(this::acceptAll);
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** From now on it is probed, and has connections when it is ready. */
    void add(RunningAuspex pod) {
        Endpoint endpoint = new Endpoint(pod);
        endpoints.add(endpoint);
        Thread.ofVirtual().name("probe").start(() -> probe(endpoint));
    }

    /** It is to be ended: it has no new connection from now on. */
    void remove(RunningAuspex pod) {
        endpoints.removeIf(endpoint -> endpoint.pod == pod);
    }

    boolean isReady(RunningAuspex pod) {
        return endpoints.stream().anyMatch(endpoint -> endpoint.pod == pod && endpoint.ready);
    }

    /** Connections that pods which are not being ended were given, all in all. */
    Map<RunningAuspex, Integer> given() {
        Map<RunningAuspex, Integer> given = new HashMap<>();
        endpoints.forEach(endpoint -> given.put(endpoint.pod, endpoint.connections.get()));
        return given;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void probe(Endpoint endpoint) {
        while (!closed && endpoints.contains(endpoint)) {
            try {
                endpoint.ready = endpoint.pod.get("/q/health/ready").statusCode() == 200;
            } catch (IOException notThere) {
                endpoint.ready = false;
            } catch (InterruptedException stopped) {
                return;
            }
            LockSupport.parkNanos(PROBE.toNanos());
        }
    }

    private void acceptAll() {
        try {
            while (true) {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> forward(client));
            }
        } catch (IOException ended) {
            // No more of them.
        }
    }

    private void forward(Socket client) {
        sockets.add(client);
        List<Endpoint> ready = new ArrayList<>(endpoints);
        ready.removeIf(endpoint -> !endpoint.ready);
        try (client) {
            client.setTcpNoDelay(true);
            if (ready.isEmpty()) {
                client.setSoLinger(true, 0);
                return;
            }
            Endpoint chosen = ready.get(Math.floorMod(next.getAndIncrement(), ready.size()));
            chosen.connections.incrementAndGet();
            try (Socket pod = new Socket()) {
                pod.setTcpNoDelay(true);
                pod.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), chosen.pod.port()));
                sockets.add(pod);
                Thread back = Thread.ofVirtual().start(() -> pump(pod, client));
                pump(client, pod);
                back.join();
            }
        } catch (IOException | InterruptedException ended) {
            // Its client sees the same.
        }
    }

    /** An orderly end on one side is one on the other; so is a reset. */
    private static void pump(Socket from, Socket to) {
        try {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int n = from.getInputStream().read(buffer);
                    n >= 0;
                    n = from.getInputStream().read(buffer)) {
                to.getOutputStream().write(buffer, 0, n);
            }
            to.shutdownOutput();
        } catch (IOException broken) {
            reset(from);
            reset(to);
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException closed) {
            // As it should be.
        }
    }
}
