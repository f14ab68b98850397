package io.auspex.api.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import io.auspex.platform.PostgresResource;
import io.auspex.security.WatchedKeys;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may listen, and for how long. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(SecuredProfile.class)
class SecuredStreamTest {

    private static final int UNAUTHENTICATED = 4401;
    private static final int TRY_LATER = 1013;
    private static final String SUBSCRIBE =
            "{\"op\":\"subscribe\",\"id\":\"1\",\"topics\":[\"refits\"]}";

    @Inject WatchedKeys watched;

    @TestHTTPResource("/")
    URI address;

    private Callers callers;

    @BeforeEach
    void service() {
        callers = new Callers(address);
    }

    @Test
    void aHeaderIsEnough() throws Exception {
        String key = callers.key("viewer");
        try (Listener listener =
                open(builder -> builder.header("Authorization", "Bearer " + key))) {
            assertThat(listener.ask(SUBSCRIBE).path("ok").asBoolean()).isTrue();
        }
    }

    @Test
    void aSubprotocolIsEnough() throws Exception {
        String key = callers.key("viewer");
        try (Listener listener =
                open(builder -> builder.subprotocols("auspex.v1", "auspex.token." + key))) {
            assertThat(listener.socket.getSubprotocol()).isEqualTo("auspex.v1");
            assertThat(listener.ask(SUBSCRIBE).path("ok").asBoolean()).isTrue();
        }
    }

    @Test
    void aMessageIsEnoughIfItComesFirst() throws Exception {
        String key = callers.key("viewer");
        try (Listener listener = open(_ -> {})) {
            assertThat(listener.ask(SUBSCRIBE).path("ok").asBoolean()).isFalse();
            JsonNode ack = listener.ask("{\"op\":\"auth\",\"id\":\"2\",\"token\":\"" + key + "\"}");
            assertThat(ack.path("ok").asBoolean()).as(ack.toString()).isTrue();
            assertThat(listener.ask(SUBSCRIBE).path("ok").asBoolean()).isTrue();
        }
    }

    @Test
    void whoSaysNothingIsClosedAtTheDeadline() throws Exception {
        try (Listener listener = open(_ -> {})) {
            assertThat(listener.closed.get(20, TimeUnit.SECONDS)).isEqualTo(UNAUTHENTICATED);
        }
    }

    @Test
    void aTokenThatExpiresEndsTheConnection() throws Exception {
        IdentityProvider provider = IdentityProvider.running();
        JwtClaims claims = provider.claims("ada", "auspex-viewer");
        claims.setExpirationTime(
                NumericDate.fromMilliseconds(Instant.now().plusSeconds(6).toEpochMilli()));
        String token = provider.token(claims);
        try (Listener listener =
                open(builder -> builder.header("Authorization", "Bearer " + token))) {
            assertThat(listener.ask(SUBSCRIBE).path("ok").asBoolean()).isTrue();
            assertThat(listener.closed.get(20, TimeUnit.SECONDS)).isEqualTo(UNAUTHENTICATED);
        }
    }

    @Test
    void aRevokedKeyEndsTheConnection() throws Exception {
        JsonNode issued = callers.issue("{\"name\":\"s\",\"role\":\"viewer\"}");
        String key = issued.path("token").asText();
        try (Listener listener =
                open(builder -> builder.header("Authorization", "Bearer " + key))) {
            assertThat(listener.ask(SUBSCRIBE).path("ok").asBoolean()).isTrue();
            callers.status(
                    "DELETE",
                    "/api/keys/" + issued.path("key").path("id").asText(),
                    SecuredProfile.ADMIN);
            assertThat(listener.closed.get(20, TimeUnit.SECONDS)).isEqualTo(UNAUTHENTICATED);
        }
    }

    @Test
    void aBadKeyAndAForeignPageDoNotGetIn() {
        assertThatThrownBy(() -> open(builder -> builder.header("Authorization", "Bearer nobody")))
                .hasRootCauseMessage("Unexpected HTTP response status code 401");
        assertThatThrownBy(() -> open(builder -> builder.header("Origin", "https://evil.example")))
                .hasRootCauseMessage("Unexpected HTTP response status code 403");
    }

    @Test
    void aListedPageAndOneOfTheServiceGetIn() throws Exception {
        open(builder -> builder.header("Origin", SecuredProfile.ORIGIN)).close();
        open(builder -> builder.header("Origin", "http://" + address.getAuthority())).close();
    }

    @Test
    void aTokenInTheAddressIsNotLookedAt() throws Exception {
        String key = callers.key("viewer");
        try (Listener listener = new Listener("?token=" + key, _ -> {})) {
            assertThat(listener.ask(SUBSCRIBE).path("ok").asBoolean()).isFalse();
        }
    }

    @Test
    void whoIsAnAdminHearsOfAnUnusualUseOfAKeyAndNobodyElse() throws Exception {
        String operator = callers.key("operator");
        String keys = "{\"op\":\"subscribe\",\"id\":\"1\",\"topics\":[\"keys\"]}";
        try (Listener listener =
                open(builder -> builder.header("Authorization", "Bearer " + operator))) {
            JsonNode refused = listener.ask(keys);
            assertThat(refused.path("ok").asBoolean()).isFalse();
            assertThat(refused.path("error").asText()).isEqualTo("not allowed");
            assertThat(listener.ask("{\"op\":\"list\"}", "list").path("available"))
                    .extracting(JsonNode::asText)
                    .contains("refits")
                    .doesNotContain("keys");
        }
        try (Listener listener =
                open(builder ->
                        builder.header("Authorization", "Bearer " + SecuredProfile.ADMIN))) {
            assertThat(listener.ask(keys).path("ok").asBoolean()).isTrue();
            String id = watched.refused(25);
            JsonNode unusual = listener.next("unusual");
            while (!unusual.at("/data/key_id").asText().equals(id)) {
                unusual = listener.next("unusual");
            }
            assertThat(unusual.path("topic").asText()).isEqualTo("keys");
            assertThat(unusual.at("/data/rule").asText()).isEqualTo("refusals");
            assertThat(unusual.at("/data/detail").asText())
                    .isEqualTo("25 refused calls in a minute");
            assertThat(listener.ask(keys).path("seq").asLong()).isPositive();
            assertThat(listener.next("snapshot").path("data").findValuesAsText("key_id"))
                    .contains(id);
        }
    }

    /** Those that other tests have left may be counted for a moment: so fewer may get in. */
    @Test
    void oneMoreThanThereMayBeIsToldToTryLater() throws Exception {
        String key = callers.key("viewer");
        List<Listener> listeners = new ArrayList<>();
        try {
            for (int i = 0; i <= SecuredProfile.STREAM_CONNECTIONS; i++) {
                listeners.add(open(builder -> builder.header("Authorization", "Bearer " + key)));
            }
            CompletableFuture<?>[] ends =
                    listeners.stream()
                            .map(listener -> listener.closed)
                            .toArray(CompletableFuture[]::new);
            assertThat(CompletableFuture.anyOf(ends).get(20, TimeUnit.SECONDS))
                    .isEqualTo(TRY_LATER);
            assertThat(listeners.getFirst().ask(SUBSCRIBE).path("ok").asBoolean()).isTrue();
        } finally {
            listeners.forEach(Listener::close);
        }
    }

    private Listener open(Consumer<WebSocket.Builder> handshake) {
        return new Listener("", handshake);
    }

    /** A client of the stream. */
    private final class Listener implements WebSocket.Listener, AutoCloseable {

        private final HttpClient http = HttpClient.newHttpClient();
        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final StringBuilder part = new StringBuilder();
        private final WebSocket socket;

        private Listener(String query, Consumer<WebSocket.Builder> handshake) {
            WebSocket.Builder builder = http.newWebSocketBuilder();
            handshake.accept(builder);
            socket =
                    builder.buildAsync(
                                    URI.create(
                                            "ws://"
                                                    + address.getAuthority()
                                                    + "/api/stream"
                                                    + query),
                                    this)
                            .join();
        }

        /** The next acknowledgement. */
        private JsonNode ask(String text) throws Exception {
            return ask(text, "ack");
        }

        private JsonNode ask(String text, String type) throws Exception {
            socket.sendText(text, true).join();
            return next(type);
        }

        /** The next message of that type. */
        private JsonNode next(String type) throws Exception {
            while (true) {
                String message = messages.poll(20, TimeUnit.SECONDS);
                if (message == null) {
                    throw new AssertionError("no " + type + ", closed: " + closed);
                }
                JsonNode json = Json.mapper().readTree(message);
                if (json.path("type").asText().equals(type)) {
                    return json;
                }
            }
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket from, CharSequence text, boolean last) {
            part.append(text);
            if (last) {
                messages.add(part.toString());
                part.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable failure) {
            closed.completeExceptionally(failure);
        }

        @Override
        public void close() {
            socket.abort();
            http.shutdownNow();
        }
    }
}
