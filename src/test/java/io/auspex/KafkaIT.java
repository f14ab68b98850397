package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.kafka.TestBroker;
import io.auspex.market.Timeframe;
import io.auspex.platform.Json;
import io.auspex.retraining.FeedModel;
import io.auspex.serving.TinyModels;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * One service and a real broker that goes away, and a service that is killed meanwhile; and one
 * whose candles come from that broker.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KafkaIT {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** How long the broker is away at least: {@code -Dit.outage-seconds=60} for a minute. */
    private static final Duration OUTAGE = Duration.ofSeconds(Long.getLong("it.outage-seconds", 0));

    /** Field 6 of ONNX' ModelProto: the same model in another file. */
    private static final byte[] OTHER_DOC_STRING = {0x32, 5, 'o', 't', 'h', 'e', 'r'};

    private static final String MODEL = "/api/models/simulated-5m";

    /** Of the second service: group, feed and topics have the name in common. */
    private static final String OWN = "from-kafka";

    private static final long FIVE_MINUTES = Duration.ofMinutes(5).toMillis();
    private static final int HISTORY = 600;
    private static final int LIVE = 12;

    private static TestBroker broker;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = TestBroker.start("kafka");
    }

    @AfterAll
    static void endBroker() throws Exception {
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    @Order(1)
    void candlesOfATopicBecomeSignals() throws Exception {
        long firstOpen = Instant.now().toEpochMilli() / FIVE_MINUTES * FIVE_MINUTES;
        List<String> closes = closes(firstOpen - (HISTORY + LIVE + 1) * FIVE_MINUTES);
        broker.createTopic(OWN + "-candles", 1);
        broker.send(OWN + "-candles", closes.subList(0, HISTORY));
        try (RunningAuspex auspex =
                RunningAuspex.start(
                        OWN,
                        RunningAuspex.STARTED_OFTEN,
                        "--roles=serve,ingest",
                        "--feed=kafka",
                        "--kafka.group=" + OWN,
                        "--kafka.candles-topic=" + OWN + "-candles",
                        "--kafka.signals-topic=" + OWN + "-signals",
                        "--kafka.models-topic=" + OWN + "-models",
                        "--kafka.trades-topic=" + OWN + "-trades",
                        "--kafka.bootstrap-servers=" + broker.address())) {
            auspex.await(
                    "history",
                    PATIENCE,
                    () ->
                            auspex.json("/api/status").at("/feed/state").asText().equals("LIVE")
                                    ? Optional.of(true)
                                    : Optional.empty());
            JsonNode feed = auspex.json("/api/status").path("feed");
            assertThat(feed.path("candles_stored").asInt())
                    .as(feed.toString())
                    .isEqualTo(2 * HISTORY);
            assertThat(head(auspex)).isZero();

            String model = "/api/models/" + OWN + "-5m";
            HttpResponse<String> uploaded = upload(auspex, model, modelOfThatMarket());
            assertThat(uploaded.statusCode()).as(uploaded.body()).isEqualTo(201);
            HttpResponse<String> promoted = auspex.post(model + "/promote", "{\"version\": 1}");
            assertThat(promoted.statusCode()).as(promoted.body()).isEqualTo(200);

            // A message of nonsense in between is refused, and the next close is taken.
            broker.send(OWN + "-candles", closes.subList(HISTORY, HISTORY + LIVE / 2));
            broker.send(OWN + "-candles", List.of("no json"));
            broker.send(OWN + "-candles", closes.subList(HISTORY + LIVE / 2, closes.size()));
            auspex.await("signals", PATIENCE, () -> above(head(auspex), 2L * LIVE));
            JsonNode signals = auspex.json("/api/signals?limit=1000&after=0");
            assertThat(signals).hasSize(2 * LIVE);
            Set<String> times = new TreeSet<>();
            for (JsonNode signal : signals) {
                times.add(signal.path("close_time").asText());
                assertThat(signal.path("feed").asText()).isEqualTo("kafka:" + OWN);
                assertThat(signal.path("heads").has("p_up")).as(signal.toString()).isTrue();
            }
            assertThat(times).hasSize(LIVE);
            assertThat(auspex.json("/api/status").at("/feed/refused").toString())
                    .contains("not JSON");
            acknowledged(auspex, 2L * LIVE);
            assertThat(broker.everything(OWN + "-signals")).hasSize(2 * LIVE);
        }
    }

    private static Path modelOfThatMarket() throws IOException {
        byte[] onnx =
                TinyModels.tiny()
                        .named(OWN + "-5m")
                        .market(FeedModel.market("kafka:" + OWN, Timeframe.FIVE_MINUTES))
                        .onnx();
        return Files.write(Path.of("target/it", OWN + ".onnx"), onnx);
    }

    /** Two symbols that wander. */
    private static List<String> closes(long firstOpen) {
        Random random = new Random(11);
        double[] prices = {100, 2_000};
        List<String> closes = new ArrayList<>();
        for (int i = 0; i < HISTORY + LIVE; i++) {
            List<String> candles = new ArrayList<>();
            for (int symbol = 0; symbol < prices.length; symbol++) {
                double open = prices[symbol];
                double close = open * (1 + 0.002 * random.nextGaussian());
                prices[symbol] = close;
                candles.add(
                        "{\"symbol\":\"%s\",\"open\":%s,\"high\":%s,\"low\":%s,\"close\":%s,\"volume\":%s}"
                                .formatted(
                                        symbol == 0 ? "AAAUSDT" : "BBBUSDT",
                                        open,
                                        Math.max(open, close) * 1.001,
                                        Math.min(open, close) * 0.999,
                                        close,
                                        10 + random.nextInt(100)));
            }
            closes.add(
                    "{\"timeframe\":\"5m\",\"open_time\":%d,\"candles\":[%s]}"
                            .formatted(firstOpen + i * FIVE_MINUTES, String.join(",", candles)));
        }
        return closes;
    }

    @Test
    @Order(2)
    void nothingIsLostOrDoubledWhenTheBrokerGoesAwayAndServingFeelsNothing() throws Exception {
        try (RunningAuspex auspex =
                RunningAuspex.start(
                        "with-kafka",
                        RunningAuspex.STARTED_OFTEN,
                        "--roles=serve,ingest",
                        "--speed=600",
                        "--simulated.days=9",
                        "--simulated.symbols=3",
                        "--kafka.bootstrap-servers=" + broker.address())) {
            acknowledged(auspex, 20);
            modelEvents(auspex, broker);
            trades(auspex, broker);
            erasures(auspex, broker);

            broker.kill();
            long away = System.nanoTime();
            long head = head(auspex);
            auspex.await("signals without Kafka", PATIENCE, () -> above(head(auspex), head + 30));
            assertThat(auspex.get("/q/health/ready").statusCode()).isEqualTo(200);
            assertThat(auspex.post(MODEL + "/predict", "{\"symbol\": \"ETHSIM\"}").statusCode())
                    .isEqualTo(200);
            JsonNode channel = channel(auspex);
            assertThat(channel.path("acknowledged").asLong()).isLessThanOrEqualTo(head + 10);
            assertThat(channel.path("under_way").asInt()).isPositive();
            assertThat(channel.path("waiting_seconds").asDouble()).isPositive();

            // Killed while messages are under way, and started while there is no broker.
            auspex.kill();
            auspex.start();
            long restarted = head(auspex);
            auspex.await(
                    "signals after the restart",
                    PATIENCE,
                    () -> above(head(auspex), restarted + 10));
            long quiet =
                    auspex.log().lines().filter(line -> line.contains("NetworkClient")).count();
            assertThat(quiet).as("lines of Kafka's clients in the log").isZero();
            int predicted = predictUntil(away + OUTAGE.toNanos(), auspex);

            broker.start();
            double seconds = (System.nanoTime() - away) / 1e9;
            long now = head(auspex);
            acknowledged(auspex, now);
            System.out.printf(
                    "away for %.1f s: %d signals meanwhile, and %d predictions after the restart; all acknowledged %.1f s after the broker was back%n",
                    seconds, now - head, predicted, (System.nanoTime() - away) / 1e9 - seconds);
            requireEveryIdOnceInOrder(auspex, broker, now);
        }
    }

    /** One after the other, each of them answered. */
    private static int predictUntil(long nanoTime, RunningAuspex auspex) throws Exception {
        int predicted = 0;
        while (System.nanoTime() - nanoTime < 0) {
            assertThat(auspex.post(MODEL + "/predict", "{\"symbol\": \"ETHSIM\"}").statusCode())
                    .isEqualTo(200);
            predicted++;
        }
        return predicted;
    }

    private static void requireEveryIdOnceInOrder(
            RunningAuspex auspex, TestBroker broker, long head) throws Exception {
        List<ConsumerRecord<String, String>> all = broker.everything("auspex-signals");
        Map<String, JsonNode> distinct = new LinkedHashMap<>();
        Map<String, Long> last = new LinkedHashMap<>();
        for (ConsumerRecord<String, String> record : all) {
            JsonNode signal = Json.mapper().readTree(record.value());
            String id = new String(record.headers().lastHeader("id").value());
            assertThat(id).isEqualTo(signal.path("id").asText());
            assertThat(record.key()).isEqualTo(signal.path("symbol").asText());
            if (distinct.putIfAbsent(id, signal) == null) {
                long seq = signal.path("seq").asLong();
                Long before = last.put(record.key(), seq);
                assertThat(before == null ? 0 : before).as(record.key()).isLessThan(seq);
            }
        }
        Set<Long> numbers = new TreeSet<>();
        distinct.values().forEach(signal -> numbers.add(signal.path("seq").asLong()));
        assertThat(numbers)
                .containsAll(
                        LongStream.rangeClosed(numbers.iterator().next(), head).boxed().toList());
        JsonNode stored = auspex.json("/api/signals?limit=1000&after=" + (head - 20));
        stored.forEach(signal -> {
            JsonNode sent = distinct.get(signal.path("id").asText());
            if (sent != null) {
                assertThat(sent.path("heads")).isEqualTo(signal.path("heads"));
                assertThat(sent.path("action")).isEqualTo(signal.path("action"));
            }
        });
        JsonNode schema = schema("signal");
        assertThat(fields(distinct.values().iterator().next()))
                .isEqualTo(fields(schema.path("properties")));
        System.out.printf(
                "%d messages, %d distinct signals up to %d: none lost, each symbol in order%n",
                all.size(), distinct.size(), head);
    }

    /** The starter's own file again, by hand, and back. */
    private static void modelEvents(RunningAuspex auspex, TestBroker broker) throws Exception {
        HttpResponse<String> uploaded =
                upload(auspex, MODEL, Path.of("onnx-models/simulated-5m/1/model.onnx"));
        assertThat(uploaded.statusCode()).as(uploaded.body()).isEqualTo(201);
        assertThat(auspex.post(MODEL + "/promote", "{\"version\": 2}").statusCode()).isEqualTo(200);
        assertThat(auspex.post(MODEL + "/rollback", "").statusCode()).isEqualTo(200);
        auspex.await(
                "both events",
                PATIENCE,
                () -> above(channels(auspex).path(1).path("acknowledged").asLong(), 3));
        List<String> events = new ArrayList<>();
        for (ConsumerRecord<String, String> record : broker.everything("auspex-models")) {
            JsonNode event = Json.mapper().readTree(record.value());
            assertThat(fields(event)).isEqualTo(fields(schema("model-event").path("properties")));
            assertThat(record.key()).isEqualTo("simulated-5m");
            events.add(event.path("kind").asText() + " " + event.path("version").asInt());
        }
        assertThat(events).endsWith("PROMOTION 2", "ROLLBACK 1");
    }

    private static HttpResponse<String> upload(RunningAuspex auspex, String model, Path file)
            throws IOException, InterruptedException {
        String head =
                "--part\r\nContent-Disposition: form-data; name=\"model\";"
                        + " filename=\"model.onnx\"\r\n\r\n";
        HttpRequest request =
                HttpRequest.newBuilder(auspex.uri(model + "/versions"))
                        .header("Content-Type", "multipart/form-data; boundary=part")
                        .POST(
                                HttpRequest.BodyPublishers.concat(
                                        HttpRequest.BodyPublishers.ofString(head),
                                        HttpRequest.BodyPublishers.ofFile(file),
                                        HttpRequest.BodyPublishers.ofByteArray(OTHER_DOC_STRING),
                                        HttpRequest.BodyPublishers.ofString("\r\n--part--\r\n")))
                        .build();
        try (HttpClient http = RunningAuspex.client()) {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    private static void trades(RunningAuspex auspex, TestBroker broker) throws Exception {
        Instant close = Instant.parse(auspex.json("/api/status").at("/feed/last_close").asText());
        String good = trade("kafka-1", close);
        broker.send(
                "auspex-trades",
                List.of(good, "no json", good, "{\"id\":\"kafka-2\"}", trade("kafka-3", close)));
        auspex.await(
                "both trades",
                PATIENCE,
                () -> {
                    String stored = auspex.get("/api/trades?limit=10").body();
                    return stored.contains("kafka-1") && stored.contains("kafka-3")
                            ? Optional.of(true)
                            : Optional.empty();
                });
        List<String> dead = deadLetters(broker);
        assertThat(dead).hasSize(2);
        assertThat(dead.get(0)).startsWith("no json: not JSON");
        assertThat(dead.get(1)).startsWith("{\"id\":\"kafka-2\"}: ");
        JsonNode stored = auspex.json("/api/trades?limit=10");
        assertThat(stored.toString().split("kafka-1", -1)).hasSize(2);
    }

    /** Whoever the message names, and the topic for those that name nobody. */
    private static void erasures(RunningAuspex auspex, TestBroker broker) throws Exception {
        Instant close = Instant.parse(auspex.json("/api/status").at("/feed/last_close").asText());
        Map<String, String> ofAnna = Map.of("reporter", "Anna Ä");
        broker.send("auspex-trades", ofAnna, List.of(trade("anna-1", close)));
        broker.send("auspex-trades", Map.of("reporter", " "), List.of(trade("nobody-1", close)));
        broker.send("auspex-trades", ofAnna, List.of(trade("anna-2", close)));
        awaitTrades(auspex, "anna-2", "kafka-3", "anna-1", "kafka-1");
        String reason = "the header reporter: subject must be 1 to 200 printable characters";
        auspex.await(
                "the trade of nobody among the dead letters",
                PATIENCE,
                () ->
                        deadLetters(broker).stream()
                                .filter(letter -> letter.contains("nobody-1"))
                                .filter(letter -> letter.contains(reason))
                                .findFirst());

        HttpResponse<String> anna = auspex.delete("/api/subjects/Anna%20%C3%84");
        assertThat(anna.statusCode()).as(anna.body()).isEqualTo(200);
        assertThat(anna.body()).contains("\"trades\":2");
        awaitTrades(auspex, "kafka-3", "kafka-1");

        // Who was erased may come back, as somebody else.
        broker.send("auspex-trades", ofAnna, List.of(trade("anna-3", close)));
        awaitTrades(auspex, "anna-3", "kafka-3", "kafka-1");
        HttpResponse<String> again = auspex.delete("/api/subjects/Anna%20%C3%84");
        assertThat(again.body()).contains("\"trades\":1");
        assertThat(Json.mapper().readTree(again.body()).path("pseudonym"))
                .isNotEqualTo(Json.mapper().readTree(anna.body()).path("pseudonym"));

        HttpResponse<String> topic = auspex.delete("/api/subjects/kafka:auspex-trades");
        assertThat(topic.body()).contains("\"trades\":2");
        awaitTrades(auspex);
    }

    private static void awaitTrades(RunningAuspex auspex, String... ids)
            throws InterruptedException {
        auspex.await(
                "the trades " + List.of(ids),
                PATIENCE,
                () -> {
                    Set<String> stored = new TreeSet<>();
                    auspex.json("/api/trades?limit=10")
                            .forEach(trade -> stored.add(trade.path("id").asText()));
                    return stored.equals(Set.of(ids)) ? Optional.of(true) : Optional.empty();
                });
    }

    private static List<String> deadLetters(TestBroker broker) {
        return broker.everything("auspex-dead-letters").stream()
                .map(record ->
                        record.value()
                                + ": "
                                + new String(
                                        record.headers().lastHeader("dead-letter-reason").value()))
                .sorted(Comparator.comparing(letter -> letter.startsWith("{")))
                .toList();
    }

    private static String trade(String id, Instant close) {
        return """
        {"id":"%s","symbol":"ETHSIM","direction":"LONG","entry_time":"%s","entry_price":100.0,\
        "exit_time":"%s","exit_price":101.0,"pnl":1.0,"pnl_percent":1.0}\
        """
                .formatted(id, close.minus(Duration.ofHours(2)), close.minus(Duration.ofHours(1)));
    }

    private static void acknowledged(RunningAuspex auspex, long seq) throws InterruptedException {
        auspex.await(
                "acknowledgement of " + seq,
                PATIENCE,
                () -> above(channel(auspex).path("acknowledged").asLong(), seq));
    }

    private static Optional<Boolean> above(long number, long least) {
        return number >= least ? Optional.of(true) : Optional.empty();
    }

    private static JsonNode channel(RunningAuspex auspex) throws IOException, InterruptedException {
        return channels(auspex).path(0);
    }

    private static JsonNode channels(RunningAuspex auspex)
            throws IOException, InterruptedException {
        return auspex.json("/api/status").at("/kafka/channels");
    }

    private static long head(RunningAuspex auspex) throws IOException, InterruptedException {
        return auspex.json("/api/status").at("/ledger/head").asLong();
    }

    private static JsonNode schema(String name) throws IOException {
        return Json.mapper()
                .readTree(Files.readString(Path.of("docs/schemas", name + ".schema.json")));
    }

    private static Set<String> fields(JsonNode object) {
        Set<String> names = new LinkedHashSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return new TreeSet<>(names);
    }
}
