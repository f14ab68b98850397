package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.FaultProxy;
import io.auspex.platform.PostgresResource;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The packaged service on a PostgreSQL of its own, with a line in between that is cut under load:
 * ten closes a second. Predictions and the stream go on; nothing is lost and nothing twice.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DatabaseAwayIT {

    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final Duration OUTAGE =
            Duration.ofSeconds(Long.getLong("it.outage-seconds", 10));
    private static final String PREDICT = "/api/models/simulated-5m/predict";
    private static final String SYMBOL = "{\"symbol\": \"ETHSIM\"}";
    private static final int REPLAYED = 20;

    private static PostgresResource postgres;
    private static FaultProxy line;
    private static RunningAuspex auspex;

    @BeforeAll
    static void start() throws Exception {
        postgres = new PostgresResource();
        Map<String, String> database = postgres.start();
        URI url = URI.create(database.get("quarkus.datasource.reactive.url"));
        line = FaultProxy.to(url.getHost(), url.getPort());
        auspex =
                RunningAuspex.start(
                        "database-away",
                        RunningAuspex.STARTED_OFTEN,
                        "--database.url=postgresql://127.0.0.1:" + line.port() + url.getPath(),
                        "--database.username=" + database.get("quarkus.datasource.username"),
                        "--database.password=" + database.get("quarkus.datasource.password"),
                        "--speed=3000",
                        "--refit.rules.enabled=false",
                        "--simulated.days=9",
                        "--simulated.symbols=2");
        awaitSignals(60);
    }

    @AfterAll
    static void stop() throws IOException {
        if (auspex != null) {
            auspex.close();
        }
        line.close();
        postgres.stop();
    }

    @Test
    @Order(1)
    void predictionsAndSignalsGoOnAndNothingIsLost() throws Exception {
        Ledger before = Ledger.read(auspex);
        SignalSubscriber subscriber = SignalSubscriber.of(auspex);
        auspex.await(
                "the first signal of the stream", PATIENCE, () -> whenTrue(subscriber.last() > 0));
        line.cut();
        long end = System.nanoTime() + OUTAGE.toNanos();
        Instant firstClose = lastClose();
        int predicted = 0;
        double spooled = 0;
        while (System.nanoTime() < end) {
            assertThat(auspex.post(PREDICT, SYMBOL).statusCode()).isEqualTo(200);
            predicted++;
            spooled = Math.max(spooled, spooled());
        }
        long closes = Duration.between(firstClose, lastClose()).dividedBy(Duration.ofMinutes(5));
        assertThat(closes).as("closes went on").isGreaterThan(OUTAGE.toSeconds());
        assertThat(spooled).isPositive();
        int provisional = subscriber.provisional().size();
        assertThat(provisional)
                .as("signals that the stream told meanwhile")
                .isGreaterThan((int) OUTAGE.toSeconds());

        long back = System.nanoTime();
        line.restore();
        auspex.await("an empty spool", PATIENCE, () -> whenTrue(spooled() == 0));
        double seconds = (System.nanoTime() - back) / 1e9;
        long head = head();
        awaitSignals(head + 20);
        Ledger after = Ledger.read(auspex);
        after.requireWhole();
        new Ledger(after.signals().subList(0, before.signals().size())).requireSame(before);
        subscriberMissedNothing(subscriber, after);
        subscriber.close();
        System.out.printf(
                "database away for %d s: %d predictions, %d closes, %d signals told meanwhile, at"
                        + " most %.0f in the spool, in the ledger %.1f s after it was back%n",
                OUTAGE.toSeconds(), predicted, closes, provisional, spooled, seconds);
    }

    /**
     * On one connection, each signal of the ledger once and in turn, and whatever was told before
     * it could be stored is stored as it was told.
     */
    private static void subscriberMissedNothing(SignalSubscriber subscriber, Ledger ledger)
            throws Exception {
        auspex.await(
                "the newest signal in the stream",
                PATIENCE,
                () -> whenTrue(subscriber.last() >= ledger.head()));
        assertThat(subscriber.isOpen()).isTrue();
        assertThat(subscriber.faults()).isEmpty();
        Map<String, JsonNode> stored = new HashMap<>();
        for (JsonNode signal : ledger.signals()) {
            stored.put(place(signal), signal);
        }
        subscriber
                .heard()
                .headMap(ledger.head() + 1)
                .forEach((seq, heard) ->
                        assertThat(stored.get(place(heard)).path("seq").asLong()).isEqualTo(seq));
        for (JsonNode told : subscriber.provisional()) {
            assertThat(told.path("durable").asBoolean(true)).as(told.toString()).isFalse();
            JsonNode signal = stored.get(place(told));
            assertThat(signal).as(told.toString()).isNotNull();
            for (String field : List.of("action", "confidence", "heads", "reason")) {
                assertThat(signal.path(field)).as(field).isEqualTo(told.path(field));
            }
        }
    }

    /** What names a signal before it has a number. */
    private static String place(JsonNode signal) {
        return String.join(
                " ",
                signal.path("feed").asText(),
                signal.path("model").asText(),
                signal.path("symbol").asText(),
                signal.path("close_time").asText());
    }

    @Test
    @Order(2)
    void soItIsWhenTheServiceIsKilledMeanwhile() throws Exception {
        Ledger before = Ledger.read(auspex);
        line.cut();
        auspex.await("signals in the spool", PATIENCE, () -> whenTrue(spooled() > 40));
        auspex.kill();
        line.restore();
        auspex.start();
        long head = head();
        awaitSignals(head + 60);
        Ledger after = Ledger.read(auspex);
        after.requireWhole();
        new Ledger(after.signals().subList(0, before.signals().size())).requireSame(before);
    }

    @Test
    @Order(3)
    void everySignalOfAllThatIsComputedAgainWithTheSameBits() throws Exception {
        List<JsonNode> signals = Ledger.read(auspex).signals();
        int step = Math.max(1, signals.size() / REPLAYED);
        int identical = 0;
        for (int i = 0; i < signals.size(); i += step) {
            String id = signals.get(i).path("id").asText();
            JsonNode replayed = auspex.json("/api/signals/" + id + "/replay");
            assertThat(replayed.path("identical").asBoolean()).as(replayed.toString()).isTrue();
            identical++;
        }
        assertThat(identical).isGreaterThanOrEqualTo(REPLAYED);
    }

    private static Instant lastClose() throws IOException, InterruptedException {
        return Instant.parse(auspex.json("/api/features/ETHSIM").path("close_time").asText());
    }

    private static double spooled() throws IOException, InterruptedException {
        return auspex.get("/q/metrics")
                .body()
                .lines()
                .filter(each -> each.startsWith("auspex_spool_signals"))
                .mapToDouble(each -> Double.parseDouble(each.substring(each.lastIndexOf(' '))))
                .findFirst()
                .orElseThrow();
    }

    private static long head() throws IOException, InterruptedException {
        return auspex.json("/api/status").path("ledger").path("head").asLong();
    }

    private static void awaitSignals(long head) throws Exception {
        auspex.await(head + " signals", PATIENCE, () -> whenTrue(head() >= head));
    }

    private static Optional<Boolean> whenTrue(boolean condition) {
        return condition ? Optional.of(true) : Optional.empty();
    }
}
