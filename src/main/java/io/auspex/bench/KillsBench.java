package io.auspex.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Kills at random moments, and whether everything that must hold does after each of them and at the
 * end. Refits are asked for all the time; every one is promoted, so that swaps are hit as well.
 */
final class KillsBench {

    private static final String MODEL = "simulated-5m";
    private static final int HEAP_MEGABYTES = 512;
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final Duration BETWEEN_REQUESTS = Duration.ofMillis(100);
    private static final int LONGEST_WAIT_MILLIS = 3_000;
    private static final int LONGEST_LATENESS_MILLIS = 250;

    /**
     * Half of the kills come at any time, the others soon after a refit has come to one of these.
     */
    private static final List<String> PHASES = List.of("dataset", "folds", "fit", "export", "gate");

    private static final String EVERY_CONNECTION =
            """
            select count(pg_terminate_backend(pid)) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()
            """;

    private final ServiceProcess service;
    private final Connection database;
    private final Random random;
    private final PrintStream progress;
    private final KillsAudit audit = new KillsAudit();
    private final KillsTable table = new KillsTable();
    private final Set<Long> requested = new ConcurrentSkipListSet<>();

    private KillsBench(
            ServiceProcess service, Connection database, long seed, PrintStream progress) {
        this.service = service;
        this.database = database;
        this.random = new Random(seed);
        this.progress = progress;
    }

    /** Whether nothing was found wrong. */
    static boolean run(BenchOptions options, PrintStream out, PrintStream progress)
            throws IOException, InterruptedException, SQLException {
        options.only("kills", "seed", "days", "symbols");
        int kills = options.number("kills", 100, 1);
        int seed = options.number("seed", 1, 0);
        List<String> words =
                List.of(
                        ServiceStart.NO_STARTERS,
                        "--promote=always",
                        "--speed=1500",
                        "--simulated.days=" + options.number("days", 9, 9),
                        "--simulated.symbols=" + options.number("symbols", 2, 1),
                        "--refit.worker.silence=3s",
                        "--refit.lease=3s",
                        "--refit.backoff=100ms");
        try (ServiceProcess service =
                ServiceProcess.prepared(ServiceStart.with(words).withHeap(HEAP_MEGABYTES))) {
            service.launch();
            service.await(
                    "first champion",
                    PATIENCE,
                    () ->
                            Optional.of(service.api().get("/api/models/" + MODEL))
                                    .filter(model -> model.path("champion").isInt()));
            try (Connection database = service.database()) {
                KillsBench bench = new KillsBench(service, database, seed, progress);
                bench.runThrough(kills);
                bench.table.print(bench.database, out, MachineText.describe(), kills, seed);
                return bench.table.isClean();
            }
        }
    }

    private void runThrough(int kills) throws IOException, InterruptedException, SQLException {
        AtomicBoolean ending = new AtomicBoolean();
        Thread requests = Thread.ofVirtual().start(() -> request(ending));
        try {
            look("before the first kill");
            for (int i = 1; i <= kills; i++) {
                Kill kill = Kill.values()[random.nextInt(Kill.values().length)];
                String phase = strike(kill);
                look("kill " + i);
                long start = System.nanoTime();
                if (kill == Kill.SERVICE) {
                    service.launch();
                }
                awaitChampion();
                double seconds = (System.nanoTime() - start) / 1e9;
                table.survived(kill, phase, seconds);
                look("recovery from kill " + i);
                progress.printf(
                        "kill %d: %s at %s; back after %.1f s%n", i, kill.title(), phase, seconds);
            }
        } finally {
            ending.set(true);
            requests.join();
        }
        service.await(
                "end of the queue",
                PATIENCE,
                () -> KillsAudit.open(database) == 0 ? Optional.of(true) : Optional.empty());
        awaitChampion();
        look("the end");
        lost();
        orphans("when the queue was empty");
        service.stop();
        look("the stop");
        orphans("after the stop");
    }

    /** Waits for its moment, and does it; says which phase a refit was in. */
    private String strike(Kill kill) throws IOException, InterruptedException, SQLException {
        Optional<String> wanted =
                random.nextBoolean()
                        ? Optional.of(PHASES.get(random.nextInt(PHASES.size())))
                        : Optional.empty();
        pause(random.nextInt(LONGEST_WAIT_MILLIS));
        if (wanted.isPresent() && !kill.needsWorker()) {
            service.await("phase " + wanted, PATIENCE, () -> phase().filter(wanted.get()::equals));
        }
        List<ProcessHandle> workers =
                kill.needsWorker()
                        ? service.await(
                                "worker",
                                PATIENCE,
                                () -> Optional.of(service.workers()).filter(all -> !all.isEmpty()))
                        : List.of();
        pause(random.nextInt(LONGEST_LATENESS_MILLIS));
        String phase = phase().orElse("no refit");
        switch (kill) {
            case WORKER -> workers.forEach(ProcessHandle::destroyForcibly);
            case STOPPED_WORKER -> stop(workers);
            case SERVICE -> service.kill();
            case CONNECTIONS -> KillsAudit.number(database, EVERY_CONNECTION);
        }
        return phase;
    }

    /** Longer than the service puts up with silence: it has to end what does not move any more. */
    private void stop(List<ProcessHandle> workers)
            throws IOException, InterruptedException, SQLException {
        for (ProcessHandle worker : workers) {
            new ProcessBuilder("/bin/sh", "-c", "kill -STOP " + worker.pid())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        }
        service.await(
                "end of the stopped worker",
                PATIENCE,
                () ->
                        workers.stream().noneMatch(ProcessHandle::isAlive)
                                ? Optional.of(true)
                                : Optional.empty());
    }

    private Optional<String> phase() throws SQLException {
        return KillsAudit.strings(
                        database,
                        "select phase from refit_job where state in ('QUEUED', 'RUNNING')")
                .stream()
                .findFirst();
    }

    /** What the registry names answers, within the time that a look at the registry may take. */
    private void awaitChampion() throws IOException, InterruptedException, SQLException {
        service.await(
                "answer by the champion",
                PATIENCE,
                () -> {
                    JsonNode model = service.api().get("/api/models/" + MODEL);
                    HttpResponse<String> answer =
                            service.api()
                                    .post(
                                            "/api/models/" + MODEL + "/predict",
                                            "{\"symbol\": \"ETHSIM\"}");
                    return answer.statusCode() == 200
                                    && model.path("serving")
                                            .path("version")
                                            .equals(model.path("champion"))
                            ? Optional.of(model)
                            : Optional.empty();
                });
    }

    private void look(String when) throws SQLException {
        for (String complaint : audit.complaints(database)) {
            table.complain(when, complaint);
            progress.println(when + ": " + complaint);
        }
    }

    /** Every refit that was accepted has a row, and that has ended. */
    private void lost() throws SQLException {
        Set<String> ended =
                Set.copyOf(
                        KillsAudit.strings(
                                database,
                                "select id from refit_job where finished_at is not null"));
        List<Long> lost = new ArrayList<>(requested);
        lost.removeIf(id -> ended.contains(Long.toString(id)));
        if (!lost.isEmpty()) {
            table.complain("the end", "accepted and lost: refits " + lost);
        }
        table.requested(requested.size());
    }

    private void orphans(String when) {
        List<ProcessHandle> workers = service.workers();
        if (!workers.isEmpty()) {
            table.complain(when, workers.size() + " workers are still there");
        }
    }

    /** Asks for one refit after the other; refused while one is under way, or nobody there. */
    private void request(AtomicBoolean ending) {
        while (!ending.get()) {
            try {
                HttpResponse<String> reply =
                        service.api().post("/api/models/" + MODEL + "/train", "");
                if (reply.statusCode() == 202) {
                    requested.add(Json.mapper().readTree(reply.body()).path("id").asLong());
                }
            } catch (IOException dead) {
                table.unanswered();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            LockSupport.parkNanos(BETWEEN_REQUESTS.toNanos());
        }
    }

    private static void pause(int millis) throws InterruptedException {
        Thread.sleep(millis);
    }
}
