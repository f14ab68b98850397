package io.auspex.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.auspex.registry.ModelPromoted;
import io.auspex.retraining.Refit;
import io.auspex.retraining.RefitState;
import io.auspex.security.KeyUsedUnusually;
import io.auspex.triggers.RetrainingDecision;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The document says what the code does; {@link StreamClient} checks it over real sockets, too. */
class AsyncApiTest {

    private static final Instant NOW = Instant.parse("2026-11-26T01:02:03.004Z");
    private static final Set<String> REQUESTS =
            Set.of("subscribe", "unsubscribe", "list", "ping", "auth");

    private final AsyncApi document = AsyncApi.document();

    @Test
    void everyExampleObeysItsSchemaAndEveryReferenceLeadsSomewhere() {
        assertThat(document.root().path("asyncapi").asText()).isEqualTo("3.0.0");
        int examples = 0;
        for (Map.Entry<String, JsonNode> message :
                document.root().path("components").path("messages").properties()) {
            for (JsonNode example : message.getValue().path("examples")) {
                document.check(message.getKey(), example.path("payload"));
                examples++;
            }
        }
        assertThat(examples).isGreaterThan(15);
        for (String reference : document.root().findValuesAsText("$ref")) {
            assertThat(document.root().at(reference.substring(1)).isMissingNode())
                    .as(reference)
                    .isFalse();
        }
        Set<String> inChannel = new TreeSet<>();
        document.root()
                .path("channels")
                .path("stream")
                .path("messages")
                .fieldNames()
                .forEachRemaining(inChannel::add);
        assertThat(inChannel).isEqualTo(document.messages());
    }

    @Test
    void whatItSaysAClientMaySendIsUnderstood() {
        for (String name : REQUESTS) {
            JsonNode examples =
                    document.root().path("components").path("messages").path(name).path("examples");
            assertThat(examples).as(name).isNotEmpty();
            for (JsonNode example : examples) {
                assertThat(StreamRequest.parse(example.path("payload").toString(), 256))
                        .as(example.toString())
                        .isNotInstanceOf(StreamRequest.Malformed.class);
            }
        }
    }

    @Test
    void everyMessageThatIsSentIsDescribedAndNothingElseIs() {
        Set<String> sent = new TreeSet<>(REQUESTS);
        for (JsonNode message : everything()) {
            String name = AsyncApi.nameOf(message);
            document.check(name, message);
            sent.add(name);
        }
        assertThat(sent).isEqualTo(document.messages());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"pong\"}",
                "{\"type\":\"pong\",\"id\":null,\"more\":1}",
                "{\"type\":\"heartbeat\",\"ts_sent\":\"yesterday\"}",
                "{\"topic\":\"signals:A1\",\"epoch\":\"e\",\"seq\":1,\"ts_event\":null,\"ts_sent\":\"2026-11-26T01:02:03Z\",\"type\":\"signal\",\"data\":{}}",
                "{\"topic\":\"signals:A1\",\"epoch\":\"e\",\"seq\":1,\"ts_event\":null,\"ts_sent\":\"2026-11-26T01:02:03Z\",\"type\":\"snapshot\",\"data\":null,\"more\":1}",
            })
    void theCheckItselfRefusesWhatIsNotDescribed(String text) {
        JsonNode message = FakeWire.json(text);
        assertThat(catches(() -> document.check(AsyncApi.nameOf(message), message))).isTrue();
    }

    private static boolean catches(Runnable check) {
        try {
            check.run();
            return false;
        } catch (AssertionError refused) {
            return true;
        }
    }

    /** One of every kind, made by the code that sends it. */
    private static List<JsonNode> everything() {
        StreamTopics topics =
                new StreamTopics(StreamSettings.of(Map.of()), InstantSource.fixed(NOW));
        FakeWire wire = FakeWire.reading();
        Outbox outbox = wire.outbox(1_000, 1 << 20);
        TextNode id = new TextNode("1");
        topics.restore("epoch", 7, List.of(StreamTopicsTest.signal(7, "ETHBTC")));
        for (String topic :
                List.of(
                        "signals:ETHBTC",
                        "signals:LTCBTC",
                        "signals:*",
                        "predictions:ETHBTC",
                        "refits",
                        "models",
                        "retraining",
                        "keys")) {
            topics.subscribe(new StreamRequest.Wanted(topic, null), outbox, id);
        }
        topics.subscribe(
                new StreamRequest.Wanted("signals:*", new StreamRequest.Since("epoch", 7)),
                outbox,
                id);
        topics.subscribe(
                new StreamRequest.Wanted("signals:*", new StreamRequest.Since("another", 7)),
                outbox,
                NullNode.instance);
        topics.publish(List.of(StreamTopicsTest.predicted(8, 0.25)));
        topics.publishProvisional(List.of(StreamTopicsTest.provisional("ETHBTC")));
        topics.publish(
                "refits",
                "m",
                new Refit(
                        1,
                        "m",
                        RefitState.RUNNING,
                        "test",
                        "fit",
                        10,
                        1,
                        3,
                        null,
                        null,
                        null,
                        null,
                        NOW,
                        NOW,
                        null),
                NOW);
        topics.publish("models", "m", new ModelPromoted("m", 2, null, "better", false, NOW), NOW);
        topics.publish("retraining", "m", decision(), NOW);
        topics.publish(
                "keys",
                "0123456789ab:hours",
                new KeyUsedUnusually("0123456789ab", "hours", "used at night", NOW),
                NOW);
        for (Frame frame :
                List.of(
                        StreamMessages.unsubscribed(id, "refits"),
                        StreamMessages.refused(id, "subscribe", "prices", "unknown topic"),
                        StreamMessages.authenticated(id),
                        StreamMessages.notAuthenticated(id, "one token at a time"),
                        StreamMessages.list(id, Set.of("refits"), topics.available()),
                        StreamMessages.pong(id),
                        StreamMessages.error(NullNode.instance, "not JSON"),
                        StreamMessages.heartbeat(NOW),
                        StreamMessages.shutdown(NOW, Duration.ofSeconds(2)))) {
            outbox.offer(frame);
        }
        return wire.messages();
    }

    private static RetrainingDecision decision() {
        return new RetrainingDecision(
                1,
                "m",
                NOW,
                NOW,
                "WAIT",
                "nothing-due",
                "nothing is due",
                Map.of("trades", 3.0),
                null);
    }
}
