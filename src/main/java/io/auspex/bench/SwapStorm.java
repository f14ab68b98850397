package io.auspex.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.platform.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests over kept-alive connections while versions are promoted, among them corrupt and deleted
 * ones. Every answer is compared with what the version that it names would say, so that one that
 * mixes two versions is found. The versions are {@link MarkedModel}s whose mark is their number,
 * asked about a row of zeros.
 */
final class SwapStorm {

    /** Relative to 1; float32 has 6e-8. */
    private static final double TOLERANCE = 1e-6;

    private static final int MAX_COMPLAINTS = 10;
    private static final long POLL_NANOS = 200_000;

    /**
     * What is promoted when.
     *
     * @param good versions promoted in turn
     * @param corrupt each tried once, spread evenly; refused with 409
     * @param deleted each tried once, spread evenly; refused with 404
     */
    record Plan(
            long requests,
            int swaps,
            int connections,
            List<Integer> good,
            List<Integer> corrupt,
            List<Integer> deleted) {

        Plan {
            good = List.copyOf(good);
            corrupt = List.copyOf(corrupt);
            deleted = List.copyOf(deleted);
            if (swaps < 10 || good.size() < 2 || corrupt.size() + deleted.size() > swaps / 2) {
                throw new IllegalArgumentException(
                        "10 swaps or more, of two versions or more, at most half of them to fail");
            }
        }

        /** Promotions that are refused. */
        int failing() {
            return corrupt.size() + deleted.size();
        }
    }

    /**
     * What came of it.
     *
     * @param failed requests without a 200
     * @param mixed answers that no one version gives
     * @param unexpected promotions that ended otherwise than planned
     * @param resident bytes in RAM, of each tenth of the swaps the median of what there was after
     *     each of them: single readings differ by what was freed and not yet given back
     * @param complaints the first few things that were wrong
     */
    record Outcome(
            long requests,
            long failed,
            long mixed,
            int promoted,
            int refused,
            int unexpected,
            int versionsSeen,
            List<Long> resident,
            double seconds,
            List<String> complaints) {

        /** From the first tenth to the last, relative to the first. */
        double residentGrowth() {
            return (double) resident.getLast() / resident.getFirst() - 1;
        }
    }

    private final int port;
    private final MarkedModel any;
    private final Plan plan;
    private final LongSupplier residentBytes;
    private final Consumer<List<Long>> onTenth;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong mixed = new AtomicLong();
    private final AtomicBoolean swapping = new AtomicBoolean(true);
    private final List<String> complaints = new ArrayList<>();

    /** Bodies that were found right once. */
    private final Map<String, Integer> right = new ConcurrentHashMap<>();

    /**
     * @param any a version of the model; the mark does not matter
     * @param residentBytes of the service
     * @param onTenth told {@link Outcome#resident} as far as it is known, after each tenth
     */
    SwapStorm(
            int port,
            MarkedModel any,
            Plan plan,
            LongSupplier residentBytes,
            Consumer<List<Long>> onTenth) {
        this.onTenth = onTenth;
        this.port = port;
        this.any = any;
        this.plan = plan;
        this.residentBytes = residentBytes;
    }

    Outcome run() throws InterruptedException, IOException {
        long start = System.nanoTime();
        Swaps swaps;
        try (ExecutorService threads = Executors.newFixedThreadPool(plan.connections())) {
            List<Future<?>> askers = new ArrayList<>();
            for (int i = 0; i < plan.connections(); i++) {
                askers.add(threads.submit(this::ask));
            }
            try {
                swaps = swap();
            } finally {
                swapping.set(false);
            }
            for (Future<?> asker : askers) {
                asker.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("an asking thread ended", e.getCause());
        }
        return new Outcome(
                requests.get(),
                failed.get(),
                mixed.get(),
                swaps.promoted,
                swaps.refused,
                swaps.unexpected,
                right.values().stream().distinct().toList().size(),
                List.copyOf(swaps.resident),
                (System.nanoTime() - start) / 1e9,
                List.copyOf(complaints));
    }

    private void ask() {
        byte[] request =
                HttpConnection.request(
                        "POST", "/api/models/" + any.name() + "/predict", SwapModels.zeros(any));
        HttpConnection connection = null;
        try {
            while (swapping.get() || requests.get() < plan.requests()) {
                try {
                    if (connection == null) {
                        connection = new HttpConnection(port);
                    }
                    HttpConnection.Reply reply = connection.send(request);
                    if (reply.status() == 200) {
                        check(reply.body());
                    } else {
                        failed.incrementAndGet();
                        complain(reply.toString());
                    }
                } catch (IOException lost) {
                    failed.incrementAndGet();
                    complain(lost.toString());
                    close(connection);
                    connection = null;
                }
                requests.incrementAndGet();
            }
        } finally {
            close(connection);
        }
    }

    /** Equal bodies are checked once: the answer of a version to one question never changes. */
    private void check(String body) {
        if (right.containsKey(body)) {
            return;
        }
        try {
            JsonNode answer = Json.mapper().readTree(body);
            int version = answer.path("version").asInt();
            MarkedModel giver = any.marked(version);
            for (Head head : ModelKind.MARKET.heads()) {
                double said = answer.path("heads").path(head.code()).asDouble(Double.NaN);
                if (!(Math.abs(said - giver.answer(head, 0)) <= TOLERANCE)) {
                    mixed.incrementAndGet();
                    complain("no one version says " + body);
                    return;
                }
            }
            right.put(body, version);
        } catch (IOException e) {
            mixed.incrementAndGet();
            complain("no JSON: " + body);
        }
    }

    /** Counts of one thread. */
    private static final class Swaps {
        int promoted;
        int refused;
        int unexpected;
        final List<Long> resident = new ArrayList<>();
    }

    private Swaps swap() throws IOException {
        Swaps swaps = new Swaps();
        List<Long> tenth = new ArrayList<>();
        try (HttpConnection connection = new HttpConnection(port)) {
            int failures = 0;
            for (int i = 1; i <= plan.swaps(); i++) {
                await((i - 1) * plan.requests() / plan.swaps());
                if (failures < (long) i * plan.failing() / plan.swaps()) {
                    promoteFailing(connection, failures++, swaps);
                } else {
                    int next = plan.good().get((1 + swaps.promoted) % plan.good().size());
                    promote(connection, next, 200, swaps);
                }
                tenth.add(residentBytes.getAsLong());
                if (i * 10L / plan.swaps() > swaps.resident.size()) {
                    swaps.resident.add((long) Series.of(tenth, Long::doubleValue).median());
                    tenth.clear();
                    onTenth.accept(swaps.resident);
                }
            }
        }
        await(plan.requests());
        return swaps;
    }

    /** By turns a corrupt and a deleted one, as long as there are both. */
    private void promoteFailing(HttpConnection connection, int index, Swaps swaps)
            throws IOException {
        int pairs = Math.min(plan.corrupt().size(), plan.deleted().size());
        boolean corrupt =
                index < 2 * pairs ? index % 2 == 0 : plan.corrupt().size() > plan.deleted().size();
        int place = index < 2 * pairs ? index / 2 : index - pairs;
        if (corrupt) {
            promote(connection, plan.corrupt().get(place), 409, swaps);
        } else {
            promote(connection, plan.deleted().get(place), 404, swaps);
        }
    }

    /** Swaps keep step with the requests. */
    private void await(long count) {
        while (requests.get() < count) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private void promote(HttpConnection connection, int version, int expected, Swaps swaps)
            throws IOException {
        HttpConnection.Reply reply =
                connection.post(
                        "/api/models/" + any.name() + "/promote",
                        "{\"version\":" + version + ",\"reason\":\"bench\"}");
        if (reply.status() != expected) {
            swaps.unexpected++;
            complain("promotion of " + version + ": " + reply);
        } else if (expected == 200) {
            swaps.promoted++;
        } else {
            swaps.refused++;
        }
    }

    private void complain(String what) {
        synchronized (complaints) {
            if (complaints.size() < MAX_COMPLAINTS) {
                complaints.add(what);
            }
        }
    }

    private static void close(@Nullable HttpConnection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (IOException ignored) {
                // It is gone either way.
            }
        }
    }
}
