package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.kafka.TestBroker;
import io.auspex.platform.Json;
import io.auspex.platform.TestDatabase;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/**
 * Three services on one database and one broker: two that ingest in turns, and one that only
 * answers. The one that ingests is killed, its successor is frozen: subscribers of every service
 * see one sequence, and so does Kafka. Then one comes that only trains.
 */
class PodsIT {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String TOPIC = "auspex-signals";

    /** Ten seconds are asked for; a machine that is full may take longer. */
    private static final double MAX_TAKEOVER_SECONDS = 30;

    @Test
    void subscribersOnEveryServiceSeeOneSequenceWhoeverIngests() throws Exception {
        try (TestDatabase database = TestDatabase.open();
                TestBroker broker = TestBroker.start("pods-kafka");
                RunningAuspex first = start("pod-first", "serve,ingest", database, broker)) {
            first.await("its turn", PATIENCE, () -> ingests(first));
            try (RunningAuspex second = start("pod-second", "serve,ingest", database, broker);
                    RunningAuspex serving = start("pod-serving", "serve", database, broker)) {
                second.await("standby", PATIENCE, () -> state(second, "STANDBY"));
                serving.await("following", PATIENCE, () -> state(serving, "FOLLOWING"));
                assertThat(second.json("/api/status").at("/process/ingesting/here").asBoolean())
                        .isFalse();

                try (SignalSubscriber onFirst = SignalSubscriber.of(first);
                        SignalSubscriber onSecond = SignalSubscriber.of(second);
                        SignalSubscriber onServing = SignalSubscriber.of(serving)) {
                    long start = serving.json("/api/status").at("/ledger/head").asLong();
                    heardMore(serving, 20, start, onFirst, onSecond, onServing);
                    predictsFromLiveFeatures(second);
                    predictsFromLiveFeatures(serving);

                    killed(first, second, onFirst, onSecond, onServing);
                    first.start();
                    first.await("standby", PATIENCE, () -> state(first, "STANDBY"));
                    frozen(second, first, onServing);

                    requireSame(onSecond, onServing);
                    Ledger.read(serving).requireWhole();
                    requireTheSameOfKafka(broker, serving);
                }
                try (RunningAuspex refit = start("pod-refit", "refit", database, broker)) {
                    trainsForTheOthers(refit, serving);
                }
            }
        }
    }

    /** SIGKILL to the one that ingests; its subscriber goes on at the other, without a gap. */
    private static void killed(
            RunningAuspex leader,
            RunningAuspex next,
            SignalSubscriber onLeader,
            SignalSubscriber onNext,
            SignalSubscriber onServing)
            throws Exception {
        long killedNanos = System.nanoTime();
        leader.kill();
        next.await("takeover", PATIENCE, () -> ingests(next));
        double took = (System.nanoTime() - killedNanos) / 1e9;
        long head = next.json("/api/status").at("/ledger/head").asLong();
        heardMore(next, 10, head, onNext, onServing);
        double signals = (System.nanoTime() - killedNanos) / 1e9;
        System.out.printf(
                "killed while it ingested: the next took over after %.1f s, and 10 new signals were"
                        + " at both subscribers after %.1f s%n",
                took, signals);
        assertThat(took).isLessThan(MAX_TAKEOVER_SECONDS);
        assertThat(next.json("/api/status").at("/process/ingesting/term").asLong()).isEqualTo(2);

        assertThat(onLeader.faults()).isEmpty();
        long last = onLeader.last();
        String epoch = onLeader.heard().get(last).path("epoch").asText();
        try (SignalSubscriber resumed = SignalSubscriber.resuming(next, epoch, last)) {
            heardMore(next, 10, head, resumed);
            assertThat(resumed.acknowledgement().orElseThrow().path("recovered").asBoolean())
                    .as(String.valueOf(resumed.acknowledgement()))
                    .isTrue();
            assertThat(resumed.faults()).isEmpty();
            SortedMap<Long, JsonNode> heard = resumed.heard();
            assertThat(heard.firstKey()).isEqualTo(last + 1);
            SortedMap<Long, JsonNode> there = onNext.heard();
            heard.keySet().retainAll(there.keySet());
            assertThat(heard).isEqualTo(new TreeMap<>(there.subMap(last + 1, heard.lastKey() + 1)));
        }
    }

    /** SIGSTOP: its connections stay open, and say nothing. */
    private static void frozen(RunningAuspex leader, RunningAuspex next, SignalSubscriber onServing)
            throws Exception {
        long stoppedNanos = System.nanoTime();
        leader.freeze();
        try {
            next.await("takeover", PATIENCE, () -> ingests(next));
            double took = (System.nanoTime() - stoppedNanos) / 1e9;
            long head = next.json("/api/status").at("/ledger/head").asLong();
            heardMore(next, 10, head, onServing);
            System.out.printf("frozen while it ingested: the next took over after %.1f s%n", took);
            assertThat(took).isLessThan(MAX_TAKEOVER_SECONDS);
        } finally {
            leader.thaw();
        }
        // It wakes up, is refused, and waits for its next turn.
        leader.await("standby", PATIENCE, () -> state(leader, "STANDBY"));
        long head = next.json("/api/status").at("/ledger/head").asLong();
        heardMore(next, 10, head, onServing);
        assertThat(ingests(leader)).isEmpty();
    }

    /** The refit that was asked for at the beginning has waited for one with that role. */
    private static void trainsForTheOthers(RunningAuspex refit, RunningAuspex serving)
            throws Exception {
        HttpResponse<String> refused =
                refit.post("/api/models/simulated-5m/predict", "{\"symbol\": \"ETHSIM\"}");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Content-Type"))
                .hasValueSatisfying(
                        type -> assertThat(type).startsWith("application/problem+json"));
        assertThat(refused.body()).contains("not-serving-here").contains("refit");
        assertThat(refit.get("/api/models").statusCode()).isEqualTo(503);
        refit.await(
                "readiness",
                PATIENCE,
                () ->
                        refit.get("/q/health/ready").statusCode() == 200
                                ? Optional.of(true)
                                : Optional.empty());
        assertThat(refit.json("/api/status").at("/process/roles").toString())
                .isEqualTo("[\"refit\"]");
        JsonNode done =
                refit.await(
                        "the refit",
                        PATIENCE,
                        () ->
                                Optional.of(serving.json("/api/refits").path(0))
                                        .filter(seen -> !seen.path("finished_at").isNull()));
        assertThat(done.path("state").asText()).as(done.toString()).isEqualTo("SUCCEEDED");
        assertThat(refit.log()).contains("refit " + done.path("id").asLong() + " of simulated-5m");
        int version = done.path("version").asInt();
        assertThat(version).isGreaterThan(1);
        serving.await(
                "version " + version,
                PATIENCE,
                () -> {
                    HttpResponse<String> answer =
                            serving.post(
                                    "/api/models/simulated-5m/predict", "{\"symbol\": \"ETHSIM\"}");
                    return answer.statusCode() == 200
                                    && Json.mapper().readTree(answer.body()).path("version").asInt()
                                            == version
                            ? Optional.of(true)
                            : Optional.empty();
                });
    }

    private static void requireSame(SignalSubscriber one, SignalSubscriber other) {
        assertThat(one.faults()).isEmpty();
        assertThat(other.faults()).isEmpty();
        SortedMap<Long, JsonNode> here = one.heard();
        SortedMap<Long, JsonNode> there = other.heard();
        here.keySet().retainAll(there.keySet());
        there.keySet().retainAll(here.keySet());
        assertThat(here).hasSizeGreaterThan(40).isEqualTo(there);
    }

    /** Whoever de-duplicates by id gets what is in the ledger, each symbol in its order. */
    private static void requireTheSameOfKafka(TestBroker broker, RunningAuspex auspex)
            throws Exception {
        long head = auspex.json("/api/status").at("/ledger/head").asLong();
        String newest =
                auspex.json("/api/signals?limit=1&after=" + (head - 1)).at("/0/id").asText();
        Map<String, ConsumerRecord<String, String>> sent =
                auspex.await(
                        "the newest signal in Kafka",
                        PATIENCE,
                        () -> Optional.of(distinct(broker)).filter(all -> all.containsKey(newest)));
        List<String> problems = new ArrayList<>();
        Map<String, Long> lastOfSymbol = new LinkedHashMap<>();
        long first = Long.MAX_VALUE;
        for (ConsumerRecord<String, String> record : sent.values()) {
            long seq = Json.mapper().readTree(record.value()).path("seq").asLong();
            first = Math.min(first, seq);
            long before = lastOfSymbol.merge(record.key(), seq, Math::max);
            if (before > seq) {
                problems.add(seq + " of " + record.key() + " after " + before);
            }
        }
        assertThat(problems).isEmpty();
        Ledger ledger = Ledger.read(auspex, head);
        long from = first;
        assertThat(ledger.signals().stream().filter(s -> s.path("seq").asLong() >= from).toList())
                .hasSizeGreaterThan(40)
                .allSatisfy(signal -> assertThat(sent).containsKey(signal.path("id").asText()));
    }

    private static Map<String, ConsumerRecord<String, String>> distinct(TestBroker broker) {
        Map<String, ConsumerRecord<String, String>> byId = new LinkedHashMap<>();
        broker.everything(TOPIC)
                .forEach(record ->
                        byId.putIfAbsent(
                                new String(record.headers().lastHeader("id").value()), record));
        return byId;
    }

    private static void predictsFromLiveFeatures(RunningAuspex auspex) throws Exception {
        JsonNode answer =
                auspex.await(
                        "prediction",
                        PATIENCE,
                        () -> {
                            HttpResponse<String> response =
                                    auspex.post(
                                            "/api/models/simulated-5m/predict",
                                            "{\"symbol\": \"ETHSIM\"}");
                            return response.statusCode() == 200
                                    ? Optional.of(Json.mapper().readTree(response.body()))
                                    : Optional.empty();
                        });
        assertThat(answer.toString()).contains("p_up");
        Instant last = Instant.parse(auspex.json("/api/status").at("/feed/last_close").asText());
        Instant of = Instant.parse(auspex.json("/api/features/ETHSIM").path("close_time").asText());
        assertThat(Duration.between(of, last).abs()).isLessThan(Duration.ofHours(2));
    }

    private static void heardMore(
            RunningAuspex witness, int signals, long than, SignalSubscriber... subscribers)
            throws InterruptedException {
        for (SignalSubscriber subscriber : subscribers) {
            witness.await(
                    signals + " signals after " + than,
                    PATIENCE,
                    () ->
                            subscriber.last() >= than + signals
                                    ? Optional.of(true)
                                    : Optional.empty());
        }
    }

    private static Optional<Boolean> ingests(RunningAuspex auspex)
            throws IOException, InterruptedException {
        JsonNode status = auspex.json("/api/status");
        return status.at("/process/ingesting/here").asBoolean()
                        && status.at("/feed/state").asText().equals("LIVE")
                ? Optional.of(true)
                : Optional.empty();
    }

    private static Optional<Boolean> state(RunningAuspex auspex, String state)
            throws IOException, InterruptedException {
        return auspex.json("/api/status").at("/feed/state").asText().equals(state)
                ? Optional.of(true)
                : Optional.empty();
    }

    /** At first no one has the role refit: the starter serves, and nothing competes for it. */
    private static RunningAuspex start(
            String name, String roles, TestDatabase database, TestBroker broker)
            throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(database.options());
        options.addAll(
                List.of(
                        "--roles=" + roles,
                        "--speed=600",
                        "--promote=always",
                        "--simulated.days=9",
                        "--simulated.symbols=3",
                        "--kafka.bootstrap-servers=" + broker.address()));
        return RunningAuspex.start(
                name, RunningAuspex.STARTED_OFTEN, options.toArray(String[]::new));
    }
}
