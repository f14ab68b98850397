package io.auspex.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.signals.Action;
import io.auspex.signals.Signal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class StreamTopicsTest {

    private final StreamTopics topics = new StreamTopics();

    @Test
    void acknowledgesThenGivesTheSnapshotThenTheUpdates() {
        topics.restore(List.of(signal(7, "ETHBTC")));
        FakeWire wire = FakeWire.reading();
        assertThat(topics.subscribe("signals:ETHBTC", outbox(wire), new TextNode("1"))).isEmpty();
        topics.publish(List.of(signal(8, "ADABTC"), signal(9, "ETHBTC")));

        List<JsonNode> messages = wire.messages();
        assertThat(messages).hasSize(3);
        assertThat(messages.get(0).toString())
                .isEqualTo(
                        "{\"type\":\"ack\",\"id\":\"1\",\"op\":\"subscribe\",\"topic\":\"signals:ETHBTC\","
                                + "\"ok\":true,\"seq\":7}");
        assertThat(messages.get(1).path("type").asText()).isEqualTo("snapshot");
        assertThat(messages.get(1).path("seq").asLong()).isEqualTo(7);
        assertThat(messages.get(1).path("data").path("id").asText()).isEqualTo("epoch-7");
        assertThat(messages.get(2).path("topic").asText()).isEqualTo("signals:ETHBTC");
        assertThat(messages.get(2).path("type").asText()).isEqualTo("signal");
        assertThat(messages.get(2).path("seq").asLong()).isEqualTo(9);
        assertThat(messages.get(2).path("data").path("close_time").asText())
                .isEqualTo("2023-11-14T22:15:00Z");
    }

    @Test
    void theSnapshotOfAllSignalsHasTheNewestOfEachSymbol() {
        topics.publish(List.of(signal(1, "ADABTC"), signal(2, "ETHBTC"), signal(3, "ADABTC")));
        FakeWire wire = FakeWire.reading();
        topics.subscribe("signals:*", outbox(wire), new TextNode("1"));
        assertThat(wire.messages().get(1).path("data").findValuesAsText("seq"))
                .containsExactlyInAnyOrder("2", "3");
        assertThat(wire.messages().get(0).path("seq").asLong()).isEqualTo(3);
    }

    @Test
    void aTopicThatNothingWasSaidOnHasAnEmptySnapshot() {
        FakeWire wire = FakeWire.reading();
        Outbox outbox = outbox(wire);
        topics.subscribe("signals:LTCBTC", outbox, new TextNode("1"));
        topics.subscribe("refits", outbox, new TextNode("2"));
        assertThat(wire.messages().get(1).path("data").isNull()).isTrue();
        assertThat(wire.messages().get(3).path("data").toString()).isEqualTo("[]");
    }

    @Test
    void whatHasNoSequenceIsCounted() {
        FakeWire wire = FakeWire.reading();
        topics.subscribe("refits", outbox(wire), new TextNode("1"));
        topics.publish("refits", "refit", "m", Map.of("percent", 10));
        topics.publish("refits", "refit", "m", Map.of("percent", 20));
        assertThat(wire.messages().subList(2, 4))
                .extracting(JsonNode::toString)
                .containsExactly(
                        "{\"topic\":\"refits\",\"seq\":1,\"type\":\"refit\",\"data\":{\"percent\":10}}",
                        "{\"topic\":\"refits\",\"seq\":2,\"type\":\"refit\",\"data\":{\"percent\":20}}");
    }

    @Test
    void unknownTopicsAreRefusedAndNotRemembered() {
        for (String name :
                List.of("", "signals", "signals:", "signals:eth", "prices", "signals:A*")) {
            assertThat(topics.subscribe(name, outbox(FakeWire.reading()), new TextNode("1")))
                    .isPresent();
        }
        assertThat(topics.available())
                .containsExactly("models", "refits", "retraining", "signals:*");
    }

    @Test
    void aTopicWithoutSubscribersAndNewsIsForgotten() {
        Outbox outbox = outbox(FakeWire.reading());
        topics.subscribe("signals:LTCBTC", outbox, new TextNode("1"));
        assertThat(topics.available()).contains("signals:LTCBTC");
        topics.unsubscribe("signals:LTCBTC", outbox);
        assertThat(topics.available()).doesNotContain("signals:LTCBTC");
    }

    @Test
    void whoUnsubscribedHearsNothingMore() {
        FakeWire wire = FakeWire.reading();
        Outbox outbox = outbox(wire);
        topics.subscribe("signals:ETHBTC", outbox, new TextNode("1"));
        topics.unsubscribe("signals:ETHBTC", outbox);
        topics.publish(List.of(signal(1, "ETHBTC")));
        assertThat(wire.sent()).hasSize(2);
    }

    @Test
    void aStalledSubscriberIsClosedAndTheOthersGoOn() {
        FakeWire stalled = FakeWire.stalled();
        FakeWire reading = FakeWire.reading();
        topics.subscribe(
                "signals:*", new Outbox(stalled, Runnable::run, 10, 1 << 20), new TextNode("1"));
        topics.subscribe("signals:*", outbox(reading), new TextNode("1"));
        for (int seq = 1; seq <= 100; seq++) {
            topics.publish(List.of(signal(seq, "ETHBTC")));
        }
        assertThat(stalled.closeCode()).isEqualTo(Outbox.SLOW_CONSUMER);
        assertThat(reading.sent()).hasSize(102);
    }

    @Test
    void whatIsPublishedWhileSubscribingIsNeitherLostNorDoubledNorEarly() throws Exception {
        int last = 3_000;
        CountDownLatch running = new CountDownLatch(1);
        Thread publisher =
                Thread.ofPlatform()
                        .start(() -> {
                            for (int seq = 1; seq <= last; seq++) {
                                topics.publish(List.of(signal(seq, "ETHBTC")));
                                running.countDown();
                            }
                        });
        running.await();
        List<FakeWire> wires = new ArrayList<>();
        while (publisher.isAlive() && wires.size() < 300) {
            FakeWire wire = FakeWire.reading();
            Outbox outbox = new Outbox(wire, Runnable::run, 100_000, 1L << 30);
            topics.subscribe(
                    wires.size() % 2 == 0 ? "signals:ETHBTC" : "signals:*",
                    outbox,
                    new TextNode("1"));
            wires.add(wire);
            if (wires.size() > 10) {
                outbox.close();
            }
        }
        publisher.join();
        assertThat(wires).isNotEmpty();
        for (int i = 0; i < wires.size(); i++) {
            List<JsonNode> messages = wires.get(i).messages();
            assertThat(messages.get(0).path("type").asText()).isEqualTo("ack");
            assertThat(messages.get(1).path("type").asText()).isEqualTo("snapshot");
            long seq = messages.get(0).path("seq").asLong();
            assertThat(messages.get(1).path("seq").asLong()).isEqualTo(seq);
            for (JsonNode update : messages.subList(2, messages.size())) {
                assertThat(update.path("type").asText()).isEqualTo("signal");
                assertThat(update.path("seq").asLong()).isEqualTo(++seq);
            }
            if (i < 10) {
                assertThat(seq).isEqualTo(last);
            }
        }
    }

    private static Outbox outbox(FakeWire wire) {
        return new Outbox(wire, Runnable::run, 1_000, 1 << 20);
    }

    static Signal signal(long seq, String symbol) {
        return new Signal(
                "epoch-" + seq,
                "epoch",
                seq,
                "replay:test",
                "stream",
                1,
                "0123456789abcdef",
                new Symbol(symbol),
                Timeframe.FIVE_MINUTES,
                Instant.ofEpochMilli(1_700_000_100_000L),
                0.068,
                Action.HOLD,
                "neither side is likelier",
                0.5,
                Map.of(),
                false,
                Instant.ofEpochMilli(1_700_000_100_123L));
    }
}
