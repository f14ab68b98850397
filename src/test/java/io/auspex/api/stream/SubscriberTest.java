package io.auspex.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.api.stream.StreamAccess.Standing;
import io.quarkus.websockets.next.HandshakeRequest;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a connection may do, whoever decides on it. */
class SubscriberTest {

    private static final String SUBSCRIBE =
            "{\"op\":\"subscribe\",\"id\":1,\"topics\":[\"signals:*\",\"refits\"]}";

    /** Two tokens are good: one for everything, one for the signals. */
    private static final class TwoTokens implements StreamAccess {

        @Override
        public Standing connected(HandshakeRequest handshake) {
            throw new AssertionError("not asked here");
        }

        @Override
        public Uni<Standing> authenticate(String token) {
            return switch (token) {
                case "all" -> Uni.createFrom().item(new Standing.Admitted(_ -> true));
                case "signals" ->
                        Uni.createFrom()
                                .item(new Standing.Admitted(topic -> topic.startsWith("signals:")));
                case "broken" -> Uni.createFrom().failure(new IllegalStateException("no database"));
                default -> Uni.createFrom().item(new Standing.Refused("the token is not known"));
            };
        }
    }

    private final StreamConfig config = StreamSettings.of(Map.of());
    private final FakeWire wire = FakeWire.reading();
    private final Subscriber subscriber =
            new Subscriber(
                    new StreamTopics(config, InstantSource.system()),
                    new MissedSignals(null, config),
                    new TwoTokens(),
                    config,
                    new Standing.Unknown(Duration.ofSeconds(5)),
                    wire.outbox(100, 100_000));

    @Test
    void aConnectionHasAtMostSoManyTopicsAndAMessageNoMore() {
        StreamConfig few = StreamSettings.of(Map.of("auspex.stream.max-topics", "2"));
        FakeWire wire = FakeWire.reading();
        Subscriber bounded =
                new Subscriber(
                        new StreamTopics(few, InstantSource.system()),
                        new MissedSignals(null, few),
                        new TwoTokens(),
                        few,
                        new Standing.Admitted(_ -> true),
                        wire.outbox(100, 100_000));
        String third = "{\"op\":\"subscribe\",\"id\":2,\"topics\":[\"signals:BTCUSDT\"]}";
        assertThat(received(bounded, wire, SUBSCRIBE))
                .filteredOn(message -> message.path("type").asText().equals("ack"))
                .allSatisfy(ack -> assertThat(ack.path("ok").asBoolean()).isTrue())
                .hasSize(2);
        assertThat(received(bounded, wire, third).getFirst().path("error").asText())
                .isEqualTo("a connection has at most 2 topics");
        // One that it has already costs nothing, and one that it gives up makes room.
        assertThat(received(bounded, wire, SUBSCRIBE).getFirst().path("ok").asBoolean()).isTrue();
        received(bounded, wire, "{\"op\":\"unsubscribe\",\"id\":3,\"topics\":[\"refits\"]}");
        assertThat(received(bounded, wire, third).getFirst().path("error").asText())
                .doesNotContain("at most");
        assertThat(
                        received(
                                        bounded,
                                        wire,
                                        "{\"op\":\"subscribe\",\"id\":4,\"topics\":[\"a\",\"b\",\"c\"]}")
                                .getFirst()
                                .path("type")
                                .asText())
                .isEqualTo("error");
    }

    @Test
    void whoIsNotKnownHearsNothingButAnAnswer() {
        assertThat(received(SUBSCRIBE))
                .allSatisfy(ack -> {
                    assertThat(ack.path("ok").asBoolean(true)).isFalse();
                    assertThat(ack.path("error").asText()).contains("auth");
                })
                .hasSize(2);
        assertThat(received("{\"op\":\"ping\",\"id\":2}").getFirst().path("type").asText())
                .isEqualTo("pong");
        assertThat(subscriber.isAdmitted()).isFalse();
    }

    @Test
    void aTokenAdmitsAndOneThatAllowsLessEndsWhatItDoesNotAllow() {
        assertThat(received(token("all")).getFirst())
                .isEqualTo(
                        FakeWire.json("{\"type\":\"ack\",\"id\":0,\"op\":\"auth\",\"ok\":true}"));
        assertThat(subscriber.isAdmitted()).isTrue();
        assertThat(received(SUBSCRIBE))
                .extracting(message -> message.path("type").asText())
                .containsExactly("ack", "snapshot", "ack", "snapshot");
        List<JsonNode> narrowed = received(token("signals"));
        assertThat(narrowed.get(1).path("op").asText()).isEqualTo("unsubscribe");
        assertThat(narrowed.get(1).path("topic").asText()).isEqualTo("refits");
        assertThat(received(SUBSCRIBE))
                .extracting(message -> message.path("error").asText())
                .contains("not allowed");
    }

    @Test
    void anUnknownTokenEndsTheConnectionAndOneThatCannotBeCheckedDoesNot() {
        assertThat(received(token("broken")).getFirst().path("ok").asBoolean(true)).isFalse();
        assertThat(wire.closeCode()).isNull();
        assertThat(received(token("guessed"))).isEmpty();
        assertThat(wire.closeCode()).isEqualTo(CloseCode.UNAUTHORISED);
        assertThat(wire.closeReason()).doesNotContain("guessed");
    }

    private static String token(String token) {
        return "{\"op\":\"auth\",\"id\":0,\"token\":\"" + token + "\"}";
    }

    private List<JsonNode> received(String text) {
        return received(subscriber, wire, text);
    }

    private static List<JsonNode> received(Subscriber subscriber, FakeWire wire, String text) {
        int before = wire.sent().size();
        subscriber.receive(text);
        List<JsonNode> all = wire.messages();
        return all.subList(before, all.size());
    }
}
