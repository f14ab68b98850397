package io.auspex.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.api.LiveService;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelPromoted;
import io.auspex.retraining.Refit;
import io.auspex.retraining.RefitProgressed;
import io.auspex.retraining.RefitState;
import io.auspex.signals.Action;
import io.auspex.signals.Decision;
import io.auspex.signals.PendingSignal;
import io.auspex.signals.SignalLedger;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class StreamEndpointTest {

    private static final String MODEL = "stream-tiny";
    private static final String PADDING = "x".repeat(100_000);
    private static boolean promoted;
    private static int paddedCloses;

    @Inject LiveService service;
    @Inject StreamTopics topics;
    @Inject SignalLedger ledger;
    @Inject Event<RefitProgressed> refits;
    @Inject Event<ModelPromoted> promotions;
    @Inject MeterRegistry meters;

    @TestHTTPResource("/api/stream")
    URI http;

    /** Whoever has left may be counted for a moment longer, and would be missed in what follows. */
    @BeforeEach
    void serve() throws InterruptedException {
        awaitConnections(0);
        service.warmUp();
        if (!promoted) {
            service.promote(MODEL, 0.1f);
            promoted = true;
        }
    }

    @Test
    void acknowledgesEveryTopicThenGivesSnapshotsThenUpdates() throws Exception {
        service.close();
        try (StreamClient client = client()) {
            client.send(
                    "{\"op\":\"subscribe\",\"id\":\"1\",\"topics\":[\"signals:ETHBTC\",\"signals:*\",\"refits\"]}");
            for (String topic : new String[] {"signals:ETHBTC", "signals:*", "refits"}) {
                JsonNode ack = client.next();
                assertThat(ack.path("type").asText()).isEqualTo("ack");
                assertThat(ack.path("id").asText()).isEqualTo("1");
                assertThat(ack.path("op").asText()).isEqualTo("subscribe");
                assertThat(ack.path("topic").asText()).isEqualTo(topic);
                assertThat(ack.path("ok").asBoolean()).isTrue();
                JsonNode snapshot = client.next();
                assertThat(snapshot.path("type").asText()).isEqualTo("snapshot");
                assertThat(snapshot.path("topic").asText()).isEqualTo(topic);
                assertThat(snapshot.path("seq")).isEqualTo(ack.path("seq"));
                if (topic.equals("signals:ETHBTC")) {
                    assertThat(snapshot.path("data").path("symbol").asText()).isEqualTo("ETHBTC");
                } else {
                    assertThat(snapshot.path("data").isArray()).isTrue();
                }
            }
            MarketClose close = service.close();
            String closeTime = Instant.ofEpochMilli(close.closeTimeMillis()).toString();
            Map<String, Long> seqs = new HashMap<>();
            boolean heardOfSymbol = false;
            for (int i = 0; i < 4; i++) {
                JsonNode update = ofModel(client);
                JsonNode signal = update.path("data");
                assertThat(signal.path("close_time").asText()).isEqualTo(closeTime);
                assertThat(update.path("seq")).isEqualTo(signal.path("seq"));
                heardOfSymbol |= update.path("topic").asText().equals("signals:ETHBTC");
                Long before = seqs.put(update.path("topic").asText(), update.path("seq").asLong());
                assertThat(update.path("seq").asLong()).isGreaterThan(before == null ? 0 : before);
            }
            assertThat(heardOfSymbol).isTrue();
        }
    }

    @Test
    void answersPingListAndUnsubscribe() throws Exception {
        try (StreamClient client = client()) {
            assertThat(client.send("{\"op\":\"ping\",\"id\":7}").next().toString())
                    .isEqualTo("{\"type\":\"pong\",\"id\":7}");
            client.send("{\"op\":\"subscribe\",\"id\":\"1\",\"topics\":[\"refits\"]}");
            client.next("snapshot");
            JsonNode list = client.send("{\"op\":\"list\",\"id\":\"2\"}").next();
            assertThat(list.path("topics").toString()).isEqualTo("[\"refits\"]");
            assertThat(list.path("available").toString()).contains("signals:*", "models");
            JsonNode ack =
                    client.send("{\"op\":\"unsubscribe\",\"id\":\"3\",\"topics\":[\"refits\"]}")
                            .next();
            assertThat(ack.toString())
                    .isEqualTo(
                            "{\"type\":\"ack\",\"id\":\"3\",\"op\":\"unsubscribe\",\"topic\":\"refits\",\"ok\":true}");
            refits.fire(new RefitProgressed(refit(10)));
            assertThat(client.send("{\"op\":\"ping\",\"id\":\"4\"}").next().path("type").asText())
                    .isEqualTo("pong");
        }
    }

    @Test
    void refusesUnknownTopicsOneByOne() throws Exception {
        try (StreamClient client = client()) {
            client.send("{\"op\":\"subscribe\",\"id\":\"1\",\"topics\":[\"prices\",\"refits\"]}");
            JsonNode refused = client.next();
            assertThat(refused.path("ok").asBoolean(true)).isFalse();
            assertThat(refused.path("topic").asText()).isEqualTo("prices");
            assertThat(refused.path("error").asText()).contains("unknown topic");
            assertThat(client.next().path("ok").asBoolean()).isTrue();
        }
    }

    @Test
    void aMalformedMessageGetsAnErrorAndTheConnectionLives() throws Exception {
        try (StreamClient client = client()) {
            for (String text :
                    new String[] {
                        "nonsense",
                        "[]",
                        "{\"op\":\"destroy\"}",
                        "x".repeat(20_000),
                        "{\"op\":null}"
                    }) {
                JsonNode error = client.send(text).next();
                assertThat(error.path("type").asText()).isEqualTo("error");
                assertThat(error.path("error").asText()).isNotBlank();
            }
            assertThat(client.sendBinary().next().path("type").asText()).isEqualTo("error");
            assertThat(client.send("{\"op\":\"ping\"}").next().path("type").asText())
                    .isEqualTo("pong");
        }
    }

    @Test
    void tellsRefitsAndPromotions() throws Exception {
        try (StreamClient client = client()) {
            client.send("{\"op\":\"subscribe\",\"id\":\"1\",\"topics\":[\"refits\",\"models\"]}");
            client.next("snapshot");
            client.next("snapshot");
            refits.fire(new RefitProgressed(refit(40)));
            JsonNode progress = client.next("refit");
            assertThat(progress.path("topic").asText()).isEqualTo("refits");
            assertThat(progress.path("data").path("percent").asInt()).isEqualTo(40);
            assertThat(progress.path("data").path("decision").isNull()).isTrue();
            promotions.fire(new ModelPromoted("stream-told", 2, 1, "better", false, Instant.EPOCH));
            JsonNode model = client.next("model");
            assertThat(model.path("data").path("version").asInt()).isEqualTo(2);
            assertThat(model.path("data").path("at").asText()).isEqualTo("1970-01-01T00:00:00Z");
        }
    }

    @Test
    void aSubscriberThatDoesNotReadIsClosedAndTheOthersGoOnAndItResumesWithoutAGap()
            throws Exception {
        String subscribe = "{\"op\":\"subscribe\",\"id\":\"1\",\"topics\":[\"signals:*\"]}";
        double slowBefore = slowConsumers();
        int count = 0;
        long since;
        String epoch;
        try (StreamClient stalled = StreamClient.stalled(server());
                StreamClient fast = client()) {
            stalled.send(subscribe);
            fast.send(subscribe);
            fast.next("snapshot");
            awaitConnections(2);
            int more = 10;
            while (more > 0) {
                publishPadded();
                assertThat(fast.next("signal").path("data").path("symbol").asText())
                        .isEqualTo("PADDED");
                // 4 MiB may wait here, 256 KiB in the system, and the client has some.
                assertThat(++count).isLessThan(70);
                more -= slowConsumers() > slowBefore ? 1 : 0;
            }
            assertThat(fast.isOpen()).isTrue();
            stalled.read();
            assertThat(stalled.closeCode()).isEqualTo(4008);
            assertThat(stalled.closeReason()).contains("messages were waiting");
            assertThat(stalled.received()).isLessThan(count);
            JsonNode last = stalled.next();
            while (stalled.received() > 0) {
                last = stalled.next();
            }
            since = last.path("seq").asLong();
            epoch = last.path("epoch").asText();
            assertThat(fast.send("{\"op\":\"ping\"}").next().path("type").asText())
                    .isEqualTo("pong");
        }
        try (StreamClient again = client()) {
            again.send(resume("signals:*", epoch, since));
            JsonNode ack = again.next("ack");
            assertThat(ack.path("recovered").asBoolean()).isTrue();
            for (long seq = since + 1; seq <= ack.path("seq").asLong(); seq++) {
                assertThat(again.next("signal").path("seq").asLong()).isEqualTo(seq);
            }
        }
        awaitConnections(0);
    }

    @Test
    void aSubscriberThatNeverReadsAgainDoesNotStay() throws Exception {
        double slowBefore = slowConsumers();
        try (StreamClient stalled = StreamClient.stalled(server())) {
            stalled.send("{\"op\":\"subscribe\",\"id\":\"1\",\"topics\":[\"signals:*\"]}");
            awaitConnections(1);
            int count = 0;
            while (slowConsumers() < slowBefore + 1) {
                publishPadded();
                assertThat(++count).isLessThan(1_000);
            }
            awaitConnections(0);
        }
    }

    /** A real signal of the ledger, of a size that fills a socket soon. */
    private void publishPadded() {
        PendingSignal padded =
                new PendingSignal(
                        "replay:padded",
                        "padded",
                        1,
                        "0123456789abcdef",
                        new Symbol("PADDED"),
                        Timeframe.FIVE_MINUTES,
                        300_000L * ++paddedCloses,
                        1,
                        new Decision(Action.ABSTAIN, PADDING, null),
                        Map.of(),
                        false);
        topics.publish(Await.item(() -> ledger.append(List.of(padded))));
    }

    static String resume(String topic, String epoch, long since) {
        return "{\"op\":\"subscribe\",\"id\":\"r\",\"topics\":[{\"topic\":\"%s\",\"epoch\":\"%s\",\"since\":%d}]}"
                .formatted(topic, epoch, since);
    }

    private double slowConsumers() {
        return meters.get("auspex.stream.slow.consumers").counter().count();
    }

    private double connections() {
        return meters.get("auspex.stream.connections").gauge().value();
    }

    private void awaitConnections(double expected) throws InterruptedException {
        long deadline = System.nanoTime() + StreamClient.PATIENCE.toNanos();
        while (Double.compare(connections(), expected) != 0) {
            assertThat(System.nanoTime() - deadline)
                    .as("%s connections, not %s", connections(), expected)
                    .isNegative();
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static JsonNode ofModel(StreamClient client) throws InterruptedException {
        JsonNode update = client.next("signal");
        while (!update.path("data").path("model").asText().equals(MODEL)) {
            update = client.next("signal");
        }
        return update;
    }

    private StreamClient client() {
        return StreamClient.reading(server());
    }

    private URI server() {
        return URI.create(http.toString().replaceFirst("^http", "ws"));
    }

    private static Refit refit(int percent) {
        return new Refit(
                1,
                "stream-refit",
                RefitState.RUNNING,
                "test",
                "fit",
                percent,
                1,
                3,
                null,
                null,
                null,
                null,
                Instant.EPOCH,
                Instant.EPOCH,
                null);
    }
}
