package io.auspex.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.net.http.HttpClient;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The commands that look at a running service, against a server that speaks its language. */
class WatchTest {

    private static final String SIGNAL =
            """
            {"topic":"signals:ETHBTC","seq":7,"type":"signal","data":{"id":"x","seq":7,"symbol":"ETHBTC",\
            "close_time":"2026-01-31T00:05:00Z","action":"BUY","reason":"p_up above 0.6","confidence":0.71234,\
            "model":"starter","version":3,"unproven":true}}\
            """;

    private static final String REFIT =
            """
            {"topic":"refits","seq":8,"type":"refit","data":{"id":4,"model":"starter","state":"SUCCEEDED",\
            "phase":"done","percent":100,"decision":"REJECTED","reason":"no better than chance"}}\
            """;

    private static final String STATUS =
            """
            {"state":"LIVE","candles_stored":43200,"failure":null,"symbols":["ADASIM","BTCSIM"],\
            "models":[{"name":"starter","champion":3}],"refits":[]}\
            """;

    private final Vertx vertx = Vertx.vertx();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private ServiceAddress service = new ServiceAddress("127.0.0.1", 0);

    @BeforeEach
    void startServer() throws Exception {
        HttpServer server =
                vertx.createHttpServer()
                        .requestHandler(request ->
                                request.response()
                                        .setStatusCode(
                                                request.path().equals("/api/status") ? 200 : 404)
                                        .end(STATUS))
                        .webSocketHandler(socket ->
                                socket.textMessageHandler(text -> {
                                    received.add(text);
                                    socket.writeTextMessage("{\"type\":\"ack\"}");
                                    socket.writeTextMessage(SIGNAL);
                                    socket.writeTextMessage(REFIT);
                                    socket.close();
                                }))
                        .listen(0, "127.0.0.1")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS);
        service = new ServiceAddress("127.0.0.1", server.actualPort());
    }

    @AfterEach
    void stopServer() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void subscribesAndPrintsALineASignalAndARefit() throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        try (HttpClient client = HttpClient.newHttpClient()) {
            Watch.connect(client, service, lines::add).get(10, TimeUnit.SECONDS);
        }
        assertThat(received)
                .containsExactly(
                        """
                        {"op":"subscribe","id":"watch","topics":["signals:*","refits"]}\
                        """);
        assertThat(lines)
                .containsExactly(
                        "2026-01-31T00:05:00Z  ETHBTC     BUY      0.712  starter v3  p_up above 0.6"
                                + "  (unproven)",
                        "refit 4 of starter: succeeded, done 100 %, REJECTED: no better than chance");
    }

    @Test
    void aSnapshotOfManySignalsIsALineEach() {
        assertThat(
                        StreamLines.of(
                                """
                                {"topic":"signals:*","type":"snapshot","data":[\
                                {"symbol":"A1","close_time":"t","action":"HOLD","reason":"r","confidence":null,"model":"m","version":1},\
                                {"symbol":"B1","close_time":"t","action":"ABSTAIN","reason":"r","model":"m","version":1}]}\
                                """))
                .hasSize(2)
                .first()
                .isEqualTo("t  A1         HOLD     -      m v1  r");
    }

    @Test
    void errorsAndWhatIsNoJsonAreShownAsTheyCame() {
        assertThat(StreamLines.of("{\"type\":\"error\",\"message\":\"no such topic\"}"))
                .containsExactly("error: {\"type\":\"error\",\"message\":\"no such topic\"}");
        assertThat(StreamLines.of("not json")).containsExactly("not json");
    }

    @Test
    void theStatusIsPrintedReadably() {
        assertThat(Status.of(service).lines().map(String::stripTrailing))
                .containsExactly(
                        "state                          LIVE",
                        "candles stored                 43200",
                        "failure                        -",
                        "symbols                        ADASIM, BTCSIM",
                        "models",
                        "  - 1",
                        "    name                       starter",
                        "    champion                   3",
                        "refits                         -");
    }

    @Test
    void aServiceThatIsNotThereIsSaidPlainly() throws Exception {
        stopServer();
        assertThatThrownBy(() -> Status.of(service))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("./auspex run");
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThatThrownBy(() -> Watch.connect(client, service, received::add))
                    .isInstanceOf(CompletionException.class);
        }
    }

    @Test
    void aServiceThatListensEverywhereIsReachedAtHome() {
        assertThat(ServiceAddress.of("0.0.0.0", 8080)).hasToString("127.0.0.1:8080");
        assertThat(ServiceAddress.of("::", 8080)).hasToString("[::1]:8080");
        assertThat(ServiceAddress.of("auspex.local", 1)).hasToString("auspex.local:1");
    }
}
