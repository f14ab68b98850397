package io.auspex.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.signals.Action;
import io.auspex.signals.Decision;
import io.auspex.signals.PendingSignal;
import io.auspex.signals.ProvisionalSignal;
import io.auspex.signals.Signal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StreamTopicsTest {

    private static final Instant NOW = Instant.parse("2026-11-26T01:02:03.004Z");

    private final StreamTopics topics = topics(Map.of());

    @Test
    void acknowledgesThenGivesTheSnapshotThenTheUpdates() {
        topics.restore("epoch", 7, List.of(signal(7, "ETHBTC")));
        FakeWire wire = FakeWire.reading();
        subscribe("signals:ETHBTC", outbox(wire));
        topics.publish(List.of(signal(8, "ADABTC"), signal(9, "ETHBTC")));

        List<JsonNode> messages = wire.messages();
        assertThat(messages).hasSize(3);
        assertThat(messages.get(0).toString())
                .isEqualTo(
                        "{\"type\":\"ack\",\"id\":\"1\",\"op\":\"subscribe\",\"topic\":\"signals:ETHBTC\","
                                + "\"ok\":true,\"epoch\":\"epoch\",\"seq\":7}");
        assertThat(messages.get(1).path("type").asText()).isEqualTo("snapshot");
        assertThat(messages.get(1).path("seq").asLong()).isEqualTo(7);
        assertThat(messages.get(1).path("data").path("id").asText()).isEqualTo("epoch-7");
        assertThat(messages.get(2).toString())
                .startsWith(
                        "{\"topic\":\"signals:ETHBTC\",\"epoch\":\"epoch\",\"seq\":9,\"ts_event\":"
                                + "\"2023-11-14T22:15:00Z\",\"ts_sent\":\"2026-11-26T01:02:03.004Z\","
                                + "\"type\":\"signal\",\"data\":{\"id\":\"epoch-9\",");
        assertThat(messages.get(2).path("data").path("close_time").asText())
                .isEqualTo("2023-11-14T22:15:00Z");
    }

    @Test
    void theSnapshotOfAllSignalsHasTheNewestOfEachSymbol() {
        topics.publish(List.of(signal(1, "ADABTC"), signal(2, "ETHBTC"), signal(3, "ADABTC")));
        FakeWire wire = FakeWire.reading();
        subscribe("signals:*", outbox(wire));
        assertThat(wire.messages().get(1).path("data").findValuesAsText("seq"))
                .containsExactlyInAnyOrder("2", "3");
        assertThat(wire.messages().get(0).path("seq").asLong()).isEqualTo(3);
    }

    @Test
    void aTopicThatNothingWasSaidOnHasAnEmptySnapshot() {
        FakeWire wire = FakeWire.reading();
        Outbox outbox = outbox(wire);
        subscribe("signals:LTCBTC", outbox);
        subscribe("refits", outbox);
        assertThat(wire.messages().get(1).path("data").isNull()).isTrue();
        assertThat(wire.messages().get(1).path("ts_event").isNull()).isTrue();
        assertThat(wire.messages().get(3).path("data").toString()).isEqualTo("[]");
    }

    @Test
    void whatHasNoSequenceIsCounted() {
        FakeWire wire = FakeWire.reading();
        subscribe("refits", outbox(wire));
        topics.publish("refits", "m", Map.of("percent", 10), NOW);
        topics.publish("refits", "m", Map.of("percent", 20), NOW);
        assertThat(wire.messages().subList(2, 4))
                .extracting(message -> message.path("seq").asInt() + " " + message.path("data"))
                .containsExactly("1 {\"percent\":10}", "2 {\"percent\":20}");
    }

    @Test
    void ofWhatConflatesASubscriberThatIsBehindGetsTheNewestOfEachKey() {
        FakeWire wire = FakeWire.stalled();
        Outbox outbox = outbox(wire);
        subscribe("refits", outbox);
        subscribe("predictions:ETHBTC", outbox);
        for (int i = 1; i <= 1_000; i++) {
            topics.publish("refits", "a", Map.of("percent", i), NOW);
            topics.publish("refits", "b", Map.of("percent", -i), NOW);
            topics.publish(List.of(predicted(i, i)));
        }
        assertThat(wire.closeCode()).isNull();
        wire.take(100);
        outbox.write();
        assertThat(wire.messages().subList(4, wire.messages().size()))
                .extracting(message ->
                        message.path("topic").asText()
                                + " "
                                + message.path("seq")
                                + " "
                                + message.path("data").path("percent")
                                + message.path("data").path("heads").path("p_up"))
                .containsExactly(
                        "refits 1999 1000", "refits 2000 -1000", "predictions:ETHBTC 1000 1000.0");
    }

    @Test
    void aPredictionIsWhatTheModelSaidWithoutWhatWasDecided() {
        topics.publish(List.of(predicted(1, 0.25), signal(2, "ETHBTC")));
        FakeWire wire = FakeWire.reading();
        subscribe("predictions:ETHBTC", outbox(wire));
        JsonNode snapshot = wire.messages().get(1);
        assertThat(snapshot.path("seq").asInt()).isEqualTo(1);
        assertThat(snapshot.path("data")).hasSize(1);
        assertThat(snapshot.path("data").path(0).path("heads").toString())
                .isEqualTo("{\"p_up\":0.25}");
        assertThat(snapshot.path("data").path(0).has("action")).isFalse();
    }

    @Test
    void aSignalThatIsNotInTheLedgerYetIsToldAndComesAgainAsOneThatIs() {
        topics.restore("epoch", 7, List.of());
        FakeWire all = FakeWire.reading();
        FakeWire one = FakeWire.reading();
        subscribe("signals:*", outbox(all));
        subscribe("signals:ETHBTC", outbox(one));
        topics.publishProvisional(List.of(provisional("ETHBTC"), provisional("ADABTC")));
        topics.publish(List.of(signal(8, "ETHBTC"), signal(9, "ADABTC")));
        for (FakeWire wire : List.of(all, one)) {
            JsonNode early = wire.messages().get(2);
            assertThat(early.path("type").asText()).isEqualTo("provisional");
            assertThat(early.path("seq").asInt()).isEqualTo(7);
            assertThat(early.path("data").path("durable").asBoolean(true)).isFalse();
            assertThat(early.path("data").path("symbol").asText()).isEqualTo("ETHBTC");
            assertThat(early.path("data").path("expires_at").asText()).isNotBlank();
        }
        assertThat(seqs(all)).containsExactly(8L, 9L);
        assertThat(seqs(one)).containsExactly(8L);
        FakeWire late = FakeWire.reading();
        resume("signals:*", "epoch", 7, outbox(late));
        assertThat(late.messages()).hasSize(3);
    }

    static ProvisionalSignal provisional(String symbol) {
        return new ProvisionalSignal(
                new PendingSignal(
                        "replay:test",
                        "stream",
                        1,
                        "0123456789abcdef",
                        new Symbol(symbol),
                        Timeframe.FIVE_MINUTES,
                        1_700_000_100_000L,
                        0.068,
                        new Decision(Action.BUY, "up is likelier", 0.5),
                        Map.of(Head.P_UP, 0.5),
                        false),
                NOW);
    }

    @Test
    void unknownTopicsAreRefusedAndNotRemembered() {
        for (String name :
                List.of(
                        "",
                        "signals",
                        "signals:",
                        "signals:eth",
                        "prices",
                        "signals:A*",
                        "predictions:*",
                        "predictions:")) {
            assertThat(
                            topics.subscribe(
                                    new StreamRequest.Wanted(name, null),
                                    outbox(FakeWire.reading()),
                                    new TextNode("1")))
                    .isInstanceOf(StreamTopics.Outcome.Refused.class);
        }
        assertThat(topics.available())
                .containsExactly("keys", "models", "refits", "retraining", "signals:*");
    }

    @Test
    void aTopicWithoutSubscribersAndNewsIsForgotten() {
        Outbox outbox = outbox(FakeWire.reading());
        subscribe("signals:LTCBTC", outbox);
        assertThat(topics.available()).contains("signals:LTCBTC");
        topics.unsubscribe("signals:LTCBTC", outbox);
        assertThat(topics.available()).doesNotContain("signals:LTCBTC");
    }

    @Test
    void whoUnsubscribedHearsNothingMore() {
        FakeWire wire = FakeWire.reading();
        Outbox outbox = outbox(wire);
        subscribe("signals:ETHBTC", outbox);
        topics.unsubscribe("signals:ETHBTC", outbox);
        topics.publish(List.of(signal(1, "ETHBTC")));
        assertThat(wire.sent()).hasSize(2);
    }

    @Test
    void aStalledSubscriberIsClosedAndTheOthersGoOn() {
        FakeWire stalled = FakeWire.stalled();
        FakeWire reading = FakeWire.reading();
        subscribe("signals:*", stalled.outbox(10, 1 << 20));
        subscribe("signals:*", outbox(reading));
        for (int seq = 1; seq <= 100; seq++) {
            topics.publish(List.of(signal(seq, "ETHBTC")));
        }
        assertThat(stalled.closeCode()).isEqualTo(CloseCode.SLOW_CONSUMER);
        assertThat(reading.sent()).hasSize(102);
    }

    @Test
    void oneWhoResumesGetsExactlyWhatItMissedOutOfMemory() {
        topics.restore("epoch", 100, List.of());
        topics.publish(List.of(signal(101, "ETHBTC"), signal(102, "ADABTC")));
        topics.publish(List.of(signal(103, "ETHBTC"), signal(104, "ADABTC")));
        for (long since = 100; since <= 104; since++) {
            FakeWire all = FakeWire.reading();
            FakeWire one = FakeWire.reading();
            resume("signals:*", "epoch", since, outbox(all));
            resume("signals:ETHBTC", "epoch", since, outbox(one));
            assertThat(all.messages().getFirst().path("recovered").asBoolean()).isTrue();
            assertThat(all.messages().getFirst().path("seq").asInt()).isEqualTo(104);
            assertThat(seqs(all))
                    .isEqualTo(LongStream.rangeClosed(since + 1, 104).boxed().toList());
            assertThat(seqs(one))
                    .isEqualTo(
                            LongStream.rangeClosed(since + 1, 104)
                                    .filter(seq -> seq % 2 == 1)
                                    .boxed()
                                    .toList());
        }
    }

    @Test
    void anotherEpochOrTooManyMissedIsNotRecoveredAndHasASnapshot() {
        StreamTopics few = topics(Map.of("auspex.stream.max-recovered", "2"));
        few.restore("epoch", 0, List.of());
        for (int seq = 1; seq <= 5; seq++) {
            few.publish(List.of(signal(seq, "ETHBTC")));
        }
        for (StreamRequest.Since since :
                List.of(
                        new StreamRequest.Since("another", 4),
                        new StreamRequest.Since("epoch", 2))) {
            for (String topic : List.of("signals:*", "signals:ETHBTC")) {
                FakeWire wire = FakeWire.reading();
                few.subscribe(
                        new StreamRequest.Wanted(topic, since), outbox(wire), new TextNode("1"));
                List<JsonNode> messages = wire.messages();
                assertThat(messages.get(0).path("recovered").asBoolean(true)).isFalse();
                assertThat(messages.get(0).path("epoch").asText()).isEqualTo("epoch");
                assertThat(messages.get(1).path("type").asText()).isEqualTo("snapshot");
                assertThat(messages.get(1).path("seq").asInt()).isEqualTo(5);
                assertThat(messages).hasSize(2);
            }
        }
        FakeWire wire = FakeWire.reading();
        few.subscribe(
                new StreamRequest.Wanted("signals:*", new StreamRequest.Since("epoch", 3)),
                outbox(wire),
                new TextNode("1"));
        assertThat(seqs(wire)).containsExactly(4L, 5L);
    }

    @Test
    void whatMemoryDoesNotHoldIsLeftToTheLedger() {
        StreamTopics forgetful = topics(Map.of("auspex.stream.recent-signals", "3"));
        forgetful.restore("epoch", 10, List.of());
        for (int seq = 11; seq <= 20; seq++) {
            forgetful.publish(List.of(signal(seq, "ETHBTC")));
        }
        FakeWire wire = FakeWire.reading();
        Outbox outbox = outbox(wire);
        for (long since : new long[] {5, 16, 21}) {
            assertThat(
                            forgetful.subscribe(
                                    new StreamRequest.Wanted(
                                            "signals:*", new StreamRequest.Since("epoch", since)),
                                    outbox,
                                    new TextNode("1")))
                    .isInstanceOf(StreamTopics.Outcome.Behind.class);
        }
        assertThat(wire.sent()).isEmpty();
        assertThat(forgetful.next("signals:*", 16, outbox, _ -> true))
                .isInstanceOf(StreamTopics.Step.FromLedger.class);
        assertThat(forgetful.next("signals:*", 18, outbox, _ -> true))
                .isInstanceOf(StreamTopics.Step.Arrived.class);
        assertThat(seqs(wire)).containsExactly(19L, 20L);
    }

    @Test
    void whatIsNotWantedAnyMoreIsNotGiven() {
        FakeWire wire = FakeWire.reading();
        Outbox outbox = outbox(wire);
        Frame page = topics.frame("signals:*", List.of(signal(1, "ETHBTC")));
        assertThat(topics.give("signals:*", List.of(page), outbox, _ -> false)).isFalse();
        assertThat(wire.sent()).isEmpty();
        assertThat(topics.give("signals:*", List.of(page), outbox, _ -> true)).isTrue();
        assertThat(seqs(wire)).containsExactly(1L);
    }

    @Test
    void whoKnowsMoreThanThisPodIsNotToldTwice() {
        topics.restore("epoch", 10, List.of());
        FakeWire wire = FakeWire.reading();
        Outbox outbox = outbox(wire);
        assertThat(topics.next("signals:*", 12, outbox, _ -> true))
                .isInstanceOf(StreamTopics.Step.Arrived.class);
        topics.publish(List.of(signal(11, "ETHBTC")));
        topics.publish(List.of(signal(12, "ETHBTC"), signal(13, "ETHBTC")));
        topics.publish(List.of(signal(14, "ETHBTC")));
        assertThat(seqs(wire)).containsExactly(13L, 14L);
    }

    @Test
    void whatConflatesIsRecoveredWhenNothingWasMissed() {
        topics.publish("refits", "m", Map.of("percent", 10), NOW);
        FakeWire wire = FakeWire.reading();
        subscribe("refits", outbox(wire));
        String epoch = wire.messages().getFirst().path("epoch").asText();
        FakeWire same = FakeWire.reading();
        resume("refits", epoch, 1, outbox(same));
        assertThat(same.messages()).hasSize(1);
        assertThat(same.messages().getFirst().path("recovered").asBoolean()).isTrue();
        topics.publish("refits", "m", Map.of("percent", 20), NOW);
        assertThat(same.messages()).hasSize(2);
        FakeWire late = FakeWire.reading();
        resume("refits", epoch, 1, outbox(late));
        assertThat(late.messages().getFirst().path("recovered").asBoolean(true)).isFalse();
        assertThat(late.messages().get(1).path("type").asText()).isEqualTo("snapshot");
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
        while (publisher.isAlive() && wires.size() < 1_000) {
            FakeWire wire = FakeWire.reading();
            Outbox outbox = wire.outbox(100_000, 1L << 30);
            String topic = wires.size() % 2 == 0 ? "signals:ETHBTC" : "signals:*";
            if (wires.size() % 4 < 2) {
                topics.subscribe(new StreamRequest.Wanted(topic, null), outbox, new TextNode("1"));
            } else {
                resume(topic, "epoch", 0, outbox);
            }
            wires.add(wire);
            if (wires.size() > 12) {
                outbox.close();
            }
        }
        publisher.join();
        assertThat(wires).isNotEmpty();
        for (int i = 0; i < wires.size(); i++) {
            List<JsonNode> messages = wires.get(i).messages();
            assertThat(messages.get(0).path("type").asText()).isEqualTo("ack");
            boolean resumed = i % 4 >= 2;
            long seq = resumed ? 0 : messages.get(0).path("seq").asLong();
            if (!resumed) {
                assertThat(messages.get(1).path("type").asText()).isEqualTo("snapshot");
                assertThat(messages.get(1).path("seq").asLong()).isEqualTo(seq);
            }
            for (JsonNode update : messages.subList(resumed ? 1 : 2, messages.size())) {
                assertThat(update.path("type").asText()).isEqualTo("signal");
                assertThat(update.path("seq").asLong()).isEqualTo(++seq);
            }
            if (i < 12) {
                assertThat(seq).isEqualTo(last);
            }
        }
    }

    private void subscribe(String topic, Outbox outbox) {
        assertThat(
                        topics.subscribe(
                                new StreamRequest.Wanted(topic, null), outbox, new TextNode("1")))
                .isEqualTo(new StreamTopics.Outcome.Subscribed());
    }

    private void resume(String topic, String epoch, long since, Outbox outbox) {
        assertThat(
                        topics.subscribe(
                                new StreamRequest.Wanted(
                                        topic, new StreamRequest.Since(epoch, since)),
                                outbox,
                                new TextNode("1")))
                .isEqualTo(new StreamTopics.Outcome.Subscribed());
    }

    private static List<Long> seqs(FakeWire wire) {
        return wire.messages().stream()
                .filter(message -> message.path("type").asText().equals("signal"))
                .map(message -> message.path("seq").asLong())
                .toList();
    }

    private static StreamTopics topics(Map<String, String> settings) {
        return new StreamTopics(StreamSettings.of(settings), InstantSource.fixed(NOW));
    }

    private static Outbox outbox(FakeWire wire) {
        return wire.outbox(1_000, 1 << 20);
    }

    static Signal predicted(long seq, double up) {
        return new Signal(
                "epoch-" + seq,
                "epoch",
                seq,
                "replay:test",
                "stream",
                1,
                "0123456789abcdef",
                new Symbol("ETHBTC"),
                Timeframe.FIVE_MINUTES,
                Instant.ofEpochMilli(1_700_000_100_000L),
                0.068,
                Action.HOLD,
                "neither side is likelier",
                0.5,
                Map.of(Head.P_UP, up),
                false,
                Instant.ofEpochMilli(1_700_000_100_123L));
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
