package io.auspex.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.ingest.FeedListener;
import io.auspex.ingest.FeedNews;
import io.auspex.ingest.RefusedRow;
import io.auspex.market.MarketClose;
import io.auspex.market.Timeframe;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A real broker, which goes away in the middle. */
class KafkaFeedTest {

    private static final Timeframe FIVE = Timeframe.FIVE_MINUTES;
    private static final long FIRST_OPEN = 1_700_000_100_000L;
    private static final InstantSource LATER =
            InstantSource.fixed(Instant.ofEpochMilli(FIRST_OPEN + 1_000 * FIVE.millis()));
    private static final long WAIT_SECONDS = 60;

    private static TestBroker broker;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = TestBroker.start("kafka-feed");
    }

    @AfterAll
    static void stopBroker() throws Exception {
        broker.close();
    }

    @Test
    void whatIsThereIsHistoryAndTheRestIsLiveThroughAnOutageAndARestart() throws Exception {
        broker.createTopic("candles", 1);
        broker.send("candles", IntStream.range(0, 5).mapToObj(KafkaFeedTest::close).toList());
        Diary first = new Diary();
        Thread running = run("candles", Long.MIN_VALUE, first);
        first.expect("history 0", "history 1", "history 2", "history 3", "history 4", "complete 4");
        broker.send("candles", List.of(close(5)));
        first.expect("live 5");

        broker.kill();
        first.expect("waiting");
        broker.start();
        broker.send("candles", List.of(close(6), close(6), close(7)));
        first.expect("connected", "live 6", "late 6", "late 6", "live 7");
        stop(running);

        broker.send("candles", List.of(close(8)));
        Diary second = new Diary();
        Thread resumed = run("candles", closeTime(7), second);
        // What comes after the last stored close is live, however old; nothing is missing.
        second.expect("complete 7");
        // An offset that could not be committed in time has what was handled before come again.
        assertThat(second.upTo("live 8")).allMatch(line -> line.startsWith("late "));
        stop(resumed);
    }

    @Test
    void aBadMessageIsRefusedWithItsOffsetAndTheNextIsTaken() throws Exception {
        broker.createTopic("bad-candles", 1);
        Diary diary = new Diary();
        Thread running = run("bad-candles", closeTime(-1), diary);
        diary.expect("complete -1");
        broker.send(
                "bad-candles",
                List.of(
                        "no json",
                        close(0).replace("5m", "1h"),
                        close(0).replace("\"volume\":3.0", "\"volume\":-3.0"),
                        close(2_000),
                        close(1)));
        diary.expect(
                "refused 0: not JSON: Unrecognized token 'no': was expecting (JSON String, Number,"
                        + " Array, Object or token 'null', 'true' or 'false')",
                "refused 1: timeframe is '1h' and not 5m",
                "refused 2: BBB: volume must be finite and not negative: -3.0",
                "live 0",
                "refused 3: its candles have not closed yet",
                "live 1");
        stop(running);
    }

    @Test
    void aTopicOfSeveralPartitionsIsNoFeed() throws Exception {
        broker.createTopic("three-partitions", 3);
        assertThatThrownBy(() -> feed("three-partitions").run(0, new Diary()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has 3 partitions");
    }

    private static KafkaFeed feed(String topic) {
        return new KafkaFeed(
                "test",
                topic,
                FIVE,
                Duration.ofMillis(200),
                LATER,
                () ->
                        new KafkaConsumer<>(
                                Map.of(
                                        "bootstrap.servers",
                                        broker.address(),
                                        "group.id",
                                        topic,
                                        "enable.auto.commit",
                                        "false",
                                        "auto.offset.reset",
                                        "earliest",
                                        "reconnect.backoff.max.ms",
                                        500),
                                new StringDeserializer(),
                                new StringDeserializer()));
    }

    private static Thread run(String topic, long after, Diary diary) {
        return Thread.ofVirtual()
                .start(() -> {
                    try {
                        feed(topic).run(after, diary);
                    } catch (InterruptedException stopped) {
                        diary.entries.add("stopped");
                    }
                });
    }

    private static void stop(Thread running) throws InterruptedException {
        running.interrupt();
        assertThat(running.join(Duration.ofSeconds(WAIT_SECONDS))).isTrue();
    }

    private static long closeTime(int number) {
        return FIRST_OPEN + (number + 1L) * FIVE.millis();
    }

    private static String close(int number) {
        return """
        {"timeframe":"5m","open_time":%d,"candles":[\
        {"symbol":"AAA","open":1.0,"high":1.2,"low":0.9,"close":1.1,"volume":2.0},\
        {"symbol":"BBB","open":1.0,"high":1.2,"low":0.9,"close":1.1,"volume":3.0}]}\
        """
                .formatted(FIRST_OPEN + number * FIVE.millis());
    }

    /** What the feed has said, a line each. */
    private static final class Diary implements FeedListener {

        private final BlockingQueue<String> entries = new LinkedBlockingQueue<>();

        void expect(String... lines) throws InterruptedException {
            List<String> said = new ArrayList<>();
            for (int i = 0; i < lines.length; i++) {
                String next = entries.poll(WAIT_SECONDS, TimeUnit.SECONDS);
                said.add(String.valueOf(next));
            }
            assertThat(said).containsExactly(lines);
        }

        List<String> upTo(String last) throws InterruptedException {
            List<String> before = new ArrayList<>();
            String next = String.valueOf(entries.poll(WAIT_SECONDS, TimeUnit.SECONDS));
            while (!next.equals(last) && !next.equals("null")) {
                before.add(next);
                next = String.valueOf(entries.poll(WAIT_SECONDS, TimeUnit.SECONDS));
            }
            assertThat(next).isEqualTo(last);
            return before;
        }

        @Override
        public void onHistory(MarketClose close, double fractionLoaded) {
            entries.add("history " + number(close.closeTimeMillis()));
        }

        @Override
        public void onHistoryComplete(long lastCloseTimeMillis) {
            entries.add("complete " + number(lastCloseTimeMillis));
        }

        @Override
        public void onLive(MarketClose close) {
            entries.add("live " + number(close.closeTimeMillis()));
        }

        @Override
        public void onRefused(RefusedRow row) {
            entries.add("refused %d: %s".formatted(row.line(), row.reason()));
        }

        @Override
        public void onNews(FeedNews news) {
            switch (news) {
                case FeedNews.Waiting _ -> entries.add("waiting");
                case FeedNews.Connected _ -> entries.add("connected");
                case FeedNews.Late late ->
                        entries.add("late " + number(late.candle().closeTimeMillis()));
                default -> {
                    // Of no interest here.
                }
            }
        }

        @Override
        public void onEnd() {
            entries.add("end");
        }

        private static long number(long closeTimeMillis) {
            return (closeTimeMillis - FIRST_OPEN) / FIVE.millis() - 1;
        }
    }
}
