package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import io.auspex.platform.LeftPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * SIGKILL at the worst moments: to the service, to its PostgreSQL, to a worker. One data folder
 * goes through all of it, and everything must still be true at the end.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KillIT {

    private static final String MODEL = "simulated-5m";
    private static final String PREDICT = "/api/models/" + MODEL + "/predict";
    private static final String INTERRUPTED = "its refit was interrupted";
    private static final String SYMBOL = "{\"symbol\": \"ETHSIM\"}";
    private static final Duration PATIENCE = Duration.ofMinutes(8);
    private static final Duration BETWEEN_REQUESTS = Duration.ofMillis(10);

    /** Ten closes a second, so that a kill falls into one rather than between two. */
    private static RunningAuspex auspex;

    @BeforeAll
    static void start() throws Exception {
        auspex =
                RunningAuspex.start(
                        "kill",
                        RunningAuspex.STARTED_OFTEN,
                        "--promote=always",
                        "--speed=3000",
                        "--models-folder=target/it/no-models",
                        "--simulated.days=9",
                        "--simulated.symbols=2",
                        "--refit.backoff=100ms",
                        "--ensemble.checkpoint=50ms",
                        "--ensemble.lease=2s");
        auspex.await("champion", PATIENCE, () -> decided(1));
        awaitSignals(60);
    }

    @AfterAll
    static void stop() throws IOException {
        if (auspex != null) {
            auspex.close();
        }
    }

    @Test
    @Order(1)
    void aKilledServiceGoesOnWithItsChampionAndItsLedger() throws Exception {
        survives(
                "service",
                () -> {
                    long database = auspex.database().orElseThrow().pid();
                    auspex.kill();
                    assertThat(auspex.database()).map(ProcessHandle::pid).hasValue(database);
                });
    }

    @Test
    @Order(2)
    void soItDoesWhenPostgresIsKilledWithIt() throws Exception {
        survives(
                "service and PostgreSQL",
                () -> {
                    auspex.killDatabase();
                    auspex.kill();
                    assertThat(auspex.database()).isEmpty();
                });
    }

    @Test
    @Order(3)
    void soItDoesWhenItIsKilledWhileItStarts() throws Exception {
        survives(
                "service, and again while it starts",
                () -> {
                    auspex.kill();
                    auspex.launch();
                    auspex.await(
                            "sign of life",
                            PATIENCE,
                            () -> Optional.of(auspex.get("/q/health/live").statusCode()));
                    auspex.kill();
                });
    }

    @Test
    @Order(4)
    void aTrainingWhoseServiceWasKilledRunsAgainAndLeavesNothingHalfDone() throws Exception {
        int champion = champion();
        JsonNode versions = versions();
        long refit = train();
        auspex.await("folds", PATIENCE, () -> inPhase(refit, "folds"));
        assertThat(auspex.workers()).hasSize(1);
        ProcessHandle orphan = auspex.workers().getFirst();
        auspex.kill();
        boolean outlived = orphan.isAlive();

        auspex.start();
        assertThat(versions()).as("no version of the killed training").isEqualTo(versions);
        assertThat(champion()).isEqualTo(champion);
        requireAnswersBy(champion);
        auspex.await("end of the orphan", PATIENCE, () -> gone(orphan));
        JsonNode end = auspex.await("end of the refit", PATIENCE, () -> decided(refit));
        assertThat(end.path("state").asText()).as(end.toString()).isEqualTo("SUCCEEDED");
        assertThat(end.path("attempt").asInt()).isEqualTo(2);
        requireOneVersionMadeBy(refit);
        assertThat(auspex.workers()).isEmpty();
        System.out.printf(
                "killed in a training: its worker %s the service and is gone; attempt %d of %d: %s,"
                        + " version %d%n",
                outlived ? "outlived" : "ended with",
                end.path("attempt").asInt(),
                end.path("max_attempts").asInt(),
                end.path("decision").asText(),
                end.path("version").asInt());
    }

    @Test
    @Order(5)
    void aServiceKilledAtTheGateHasOneVersionAndOneChampionInTheEnd() throws Exception {
        long refit = train();
        auspex.await("gate", PATIENCE, () -> inPhase(refit, "gate"));
        auspex.kill();

        auspex.start();
        JsonNode end = auspex.await("end of the refit", PATIENCE, () -> decided(refit));
        assertThat(end.path("state").asText()).as(end.toString()).isEqualTo("SUCCEEDED");
        requireOneVersionMadeBy(refit);
        assertThat(champion()).isEqualTo(end.path("version").asInt());
        requireAnswersBy(champion());
        System.out.printf(
                "killed at the gate: attempt %d: %s, version %d%n",
                end.path("attempt").asInt(),
                end.path("decision").asText(),
                end.path("version").asInt());
    }

    @Test
    @Order(6)
    void aKilledWorkerCostsAnAttemptAndTheServiceKeepsAnswering() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<List<Integer>> statuses = callers.submit(() -> statusesUntil(stop));
            JsonNode end;
            try {
                long refit = train();
                auspex.await("folds", PATIENCE, () -> inPhase(refit, "folds"));
                ProcessHandle worker = workerOf(refit, 1);
                assertThat(worker.destroyForcibly()).isTrue();
                JsonNode counted =
                        auspex.await(
                                "counted attempt",
                                PATIENCE,
                                () -> refit(refit).filter(seen -> seen.path("reason").isTextual()));
                assertThat(counted.path("reason").asText())
                        .isEqualTo("the worker was ended by signal 9");
                end = auspex.await("end of the refit", PATIENCE, () -> decided(refit));
                requireOneVersionMadeBy(refit);
            } finally {
                stop.set(true);
            }
            assertThat(end.path("state").asText()).as(end.toString()).isEqualTo("SUCCEEDED");
            assertThat(end.path("attempt").asInt()).isEqualTo(2);
            assertThat(champion()).isEqualTo(end.path("version").asInt());
            assertThat(statuses.get()).containsOnly(200).hasSizeGreaterThan(50);
            System.out.printf(
                    "killed worker: attempt 2 %s version %d; %d predictions meanwhile, none"
                            + " failed%n",
                    end.path("decision").asText(),
                    end.path("version").asInt(),
                    statuses.get().size());
        }
    }

    @Test
    @Order(7)
    void aSessionOfReinforcementThatWasKilledEndsWithTheBitsOfOneThatWasNot() throws Exception {
        String killed = halfWay();
        auspex.kill();
        auspex.start();
        JsonNode resumed = auspex.await("end of the session", PATIENCE, () -> completed(killed));
        assertThat(resumed.path("resumed").asInt()).isPositive();

        // The same plan once more, from its beginning to its end without a kill.
        String whole = "whole-" + killed;
        try (Connection database = LeftPostgres.connect(auspex.data());
                PreparedStatement copy =
                        database.prepareStatement(
                                "insert into reinforcement_session (id, state, plan, owner, lease_until)"
                                        + " select ?, 'RUNNING', plan, 'nobody', clock_timestamp()"
                                        + " from reinforcement_session where id = ?")) {
            copy.setString(1, whole);
            copy.setString(2, killed);
            assertThat(copy.executeUpdate()).isEqualTo(1);
        }
        JsonNode other = auspex.await("end of its copy", PATIENCE, () -> completed(whole));
        assertThat(resumed.path("plan")).isEqualTo(other.path("plan"));
        assertThat(resumed.path("closes")).isEqualTo(other.path("closes"));
        assertThat(resumed.path("trades").asLong())
                .isEqualTo(other.path("trades").asLong())
                .isGreaterThan(20);
        for (String part : List.of("weights_after", "regret", "members", "open_positions")) {
            assertThat(resumed.path("result").path(part))
                    .as(part)
                    .isEqualTo(other.path("result").path(part));
        }
        assertThat(trades(killed)).isEqualTo(trades(whole)).isNotEmpty();
        System.out.printf(
                "killed in a session: resumed %d time(s), %d closes and %d trades, weights %s: bit for"
                        + " bit as without the kill%n",
                resumed.path("resumed").asInt(),
                resumed.path("closes").asLong(),
                resumed.path("trades").asLong(),
                resumed.path("result").path("weights_after"));
    }

    /** A session that has kept some of its way and has some to go; a fast one gets another try. */
    private static String halfWay() throws Exception {
        for (int attempt = 0; attempt < 5; attempt++) {
            var started =
                    auspex.post(
                            "/api/reinforcement/start",
                            "{\"test_period_days\": 30, \"learning_rate\": 0.05, \"apply\": false}");
            assertThat(started.statusCode()).as(started.body()).isEqualTo(200);
            String id = Json.mapper().readTree(started.body()).path("session_id").asText();
            JsonNode session = session(id);
            while (session.path("state").asText().equals("RUNNING")) {
                if (session.path("progress").asInt() >= 10) {
                    return id;
                }
                LockSupport.parkNanos(BETWEEN_REQUESTS.toNanos());
                session = session(id);
            }
        }
        throw new AssertionError("every session had ended before it could be killed");
    }

    private static JsonNode session(String id) throws IOException, InterruptedException {
        return auspex.json("/api/reinforcement/status?session_id=" + id).path("session");
    }

    private static Optional<JsonNode> completed(String id)
            throws IOException, InterruptedException {
        JsonNode session = session(id);
        assertThat(session.path("state").asText()).as(session.toString()).isNotEqualTo("FAILED");
        return Optional.of(session).filter(seen -> seen.path("state").asText().equals("COMPLETED"));
    }

    /** Without the numbers that the database gave them, and the session's name. */
    private static List<String> trades(String session) throws Exception {
        return auspex.get("/api/analytics/trades?format=csv&limit=10000&session_id=" + session)
                .body()
                .lines()
                .map(line -> line.split(",", 3)[2])
                .toList();
    }

    @Test
    @Order(8)
    void afterAllOfItTheLedgerIsWhole() throws Exception {
        Ledger ledger = Ledger.read(auspex);
        ledger.requireWhole();
        assertThat(ledger.signals())
                .extracting(signal -> signal.path("version").asInt())
                .isSorted();
        assertThat(auspex.workers()).isEmpty();
        System.out.printf(
                "after all kills: %d signals in one epoch, each close once, versions 1 to %d%n",
                ledger.head(), champion());
    }

    /** Something terrible. */
    private interface Disaster {
        void happen() throws Exception;
    }

    private static void survives(String what, Disaster disaster) throws Exception {
        int champion = champion();
        Ledger before = Ledger.read(auspex);
        disaster.happen();
        long killed = System.nanoTime();
        auspex.start();
        double seconds = (System.nanoTime() - killed) / 1e9;

        assertThat(champion()).isEqualTo(champion);
        requireAnswersBy(champion);
        Ledger.read(auspex, before.head()).requireSame(before);
        awaitSignals(before.head() + 60);
        Ledger after = Ledger.read(auspex);
        after.requireWhole();
        System.out.printf(
                "killed: %s: answers after %.1f s; champion %d as before; %d signals byte for byte"
                        + " as before, %d by now%n",
                what, seconds, champion, before.head(), after.head());
    }

    private static void awaitSignals(long head) throws Exception {
        auspex.await(
                head + " signals",
                PATIENCE,
                () ->
                        auspex.json("/api/status").path("ledger").path("head").asLong() >= head
                                ? Optional.of(head)
                                : Optional.empty());
    }

    /** The live vector may need the feed's first close after a start; the champion does not. */
    private static void requireAnswersBy(int version) throws Exception {
        JsonNode answer =
                auspex.await(
                        "prediction",
                        PATIENCE,
                        () -> {
                            var response = auspex.post(PREDICT, SYMBOL);
                            return response.statusCode() == 200
                                    ? Optional.of(Json.mapper().readTree(response.body()))
                                    : Optional.empty();
                        });
        assertThat(answer.path("version").asInt()).isEqualTo(version);
    }

    private static List<Integer> statusesUntil(AtomicBoolean stop) throws Exception {
        List<Integer> statuses = new ArrayList<>();
        while (!stop.get()) {
            statuses.add(auspex.post(PREDICT, SYMBOL).statusCode());
            LockSupport.parkNanos(BETWEEN_REQUESTS.toNanos());
        }
        return statuses;
    }

    /** After the one that a rule may have started by itself: a model has one refit at a time. */
    private static long train() throws Exception {
        return auspex.await(
                "a refit that is ours",
                Duration.ofMinutes(5),
                () -> {
                    var answer = auspex.post("/api/models/" + MODEL + "/train", "");
                    if (answer.statusCode() == 409 && answer.body().contains("refit-running")) {
                        return Optional.empty();
                    }
                    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
                    return Optional.of(Json.mapper().readTree(answer.body()).path("id").asLong());
                });
    }

    private static int champion() throws Exception {
        return auspex.json("/api/models/" + MODEL).path("champion").asInt();
    }

    private static JsonNode versions() throws Exception {
        return auspex.json("/api/models/" + MODEL + "/versions");
    }

    /**
     * Numbers without gaps, every one decided on, and of this refit exactly one that counts: what
     * an attempt had made that was killed at the gate is rejected, and says why.
     */
    private static void requireOneVersionMadeBy(long refit) throws Exception {
        JsonNode versions = versions();
        int number = versions.size();
        int made = 0;
        for (JsonNode version : versions) {
            assertThat(version.path("version").asInt()).isEqualTo(number--);
            assertThat(version.path("state").asText()).isIn("PROMOTED", "REJECTED");
            boolean interrupted = version.path("reason").asText().startsWith(INTERRUPTED);
            if (version.path("origin").asText().equals("refit:" + refit) && !interrupted) {
                made++;
            }
        }
        assertThat(made).as("versions made by refit %d in %s", refit, versions).isEqualTo(1);
        JsonNode model = auspex.json("/api/models/" + MODEL);
        assertThat(model.path("serving").path("version")).isEqualTo(model.path("champion"));
    }

    private static Optional<JsonNode> refit(long id) throws IOException, InterruptedException {
        return Optional.of(auspex.json("/api/refits/" + id));
    }

    private static Optional<JsonNode> inPhase(long id, String phase)
            throws IOException, InterruptedException {
        JsonNode refit = refit(id).orElseThrow();
        assertThat(refit.path("finished_at").isNull()).as(refit.toString()).isTrue();
        return Optional.of(refit).filter(seen -> seen.path("phase").asText().equals(phase));
    }

    private static Optional<JsonNode> decided(long id) throws IOException, InterruptedException {
        var response = auspex.get("/api/refits/" + id);
        return response.statusCode() == 200
                ? Optional.of(Json.mapper().readTree(response.body()))
                        .filter(seen -> !seen.path("finished_at").isNull())
                : Optional.empty();
    }

    private static Optional<Boolean> gone(ProcessHandle process) {
        return process.isAlive() ? Optional.empty() : Optional.of(true);
    }

    private static ProcessHandle workerOf(long refit, int attempt) throws IOException {
        Path file = auspex.data().resolve("jobs").resolve(refit + "-" + attempt + "/worker.pid");
        long pid = Json.mapper().readTree(Files.readString(file)).path("pid").asLong();
        return ProcessHandle.of(pid).orElseThrow();
    }
}
