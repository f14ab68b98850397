package io.auspex.kafka;

import io.auspex.ingest.Feed;
import io.auspex.ingest.FeedListener;
import io.auspex.ingest.FeedNews;
import io.auspex.ingest.RefusedRow;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;

/**
 * Candles from a topic of one partition, a close a message. What is there when nothing is stored
 * yet is history; everything after it is live, also when it comes late. Its consumer lives as long
 * as the feed runs, on the feed's thread, and is no member of a group: which process reads is
 * decided by who ingests. An offset is committed when the closes before it are stored and handled;
 * what comes again changes nothing.
 */
final class KafkaFeed implements Feed {

    private static final Logger LOG = Logger.getLogger(KafkaFeed.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration CALL = Duration.ofSeconds(5);

    private final String name;
    private final String topic;
    private final Timeframe timeframe;
    private final Duration retryAfter;
    private final InstantSource clock;
    private final Supplier<Consumer<String, String>> consumers;

    KafkaFeed(
            String name,
            String topic,
            Timeframe timeframe,
            Duration retryAfter,
            InstantSource clock,
            Supplier<Consumer<String, String>> consumers) {
        this.name = name;
        this.topic = topic;
        this.timeframe = timeframe;
        this.retryAfter = retryAfter;
        this.clock = clock;
        this.consumers = consumers;
    }

    @Override
    public String identity() {
        return "kafka:" + name;
    }

    @Override
    public Timeframe timeframe() {
        return timeframe;
    }

    /** Known as their candles come. */
    @Override
    public List<Symbol> symbols() {
        return List.of();
    }

    @Override
    public void run(long afterCloseTimeMillis, FeedListener listener) throws InterruptedException {
        try (Consumer<String, String> consumer = consumers.get()) {
            new Run(consumer, afterCloseTimeMillis, listener).run();
        } catch (InterruptException interrupted) {
            InterruptedException stopped = new InterruptedException("stopped");
            stopped.initCause(interrupted);
            throw stopped;
        }
    }

    private final class Run {

        private final Consumer<String, String> consumer;
        private final FeedListener listener;
        private final TopicPartition partition = new TopicPartition(topic, 0);
        private final SortedSet<Symbol> symbols = new TreeSet<>();
        private final boolean resumed;
        private long lastMillis;
        private long historyEnd;
        private boolean live;
        private boolean isWaiting;

        Run(Consumer<String, String> consumer, long after, FeedListener listener) {
            this.consumer = consumer;
            this.listener = listener;
            this.lastMillis = after;
            this.resumed = after != Long.MIN_VALUE;
        }

        void run() throws InterruptedException {
            awaitTopic();
            consumer.assign(List.of(partition));
            historyEnd = resumed ? 0 : patiently(this::end);
            if (!patiently(this::hasPosition)) {
                consumer.seekToBeginning(List.of(partition));
            }
            goLiveWhenHistoryIsRead();
            while (!Thread.currentThread().isInterrupted()) {
                ConsumerRecords<String, String> records = consumer.poll(POLL);
                tellOfConnection();
                for (ConsumerRecord<String, String> record : records) {
                    take(record);
                }
                goLiveWhenHistoryIsRead();
                if (live && !records.isEmpty()) {
                    commit();
                }
            }
            throw new InterruptedException("stopped");
        }

        private void awaitTopic() throws InterruptedException {
            while (true) {
                List<PartitionInfo> partitions =
                        patiently(() -> consumer.partitionsFor(topic, CALL));
                if (partitions != null && partitions.size() == 1) {
                    return;
                }
                if (partitions != null && partitions.size() > 1) {
                    throw new IllegalArgumentException(
                            "the topic %s has %d partitions; closes keep their order in one only"
                                    .formatted(topic, partitions.size()));
                }
                waitFor("there is no topic " + topic);
            }
        }

        private long end() {
            return consumer.endOffsets(Set.of(partition), CALL).getOrDefault(partition, 0L);
        }

        /** At the offset that was committed, if there is one. */
        private boolean hasPosition() {
            OffsetAndMetadata committed =
                    consumer.committed(Set.of(partition), CALL).get(partition);
            if (committed == null || !resumed) {
                return false;
            }
            consumer.seek(partition, committed);
            return true;
        }

        private void goLiveWhenHistoryIsRead() {
            if (!live && (resumed || consumer.position(partition) >= historyEnd)) {
                live = true;
                listener.onHistoryComplete(lastMillis);
            }
        }

        private void take(ConsumerRecord<String, String> record) {
            String where = topic + "-" + record.partition();
            try {
                CloseMessage message =
                        CloseMessage.read(
                                record.value(),
                                timeframe,
                                clock.millis(),
                                reason ->
                                        listener.onRefused(
                                                new RefusedRow(where, record.offset(), reason)));
                take(message, record.offset());
            } catch (IllegalArgumentException bad) {
                listener.onRefused(
                        new RefusedRow(where, record.offset(), String.valueOf(bad.getMessage())));
            }
        }

        private void take(CloseMessage message, long offset) {
            if (message.closeTimeMillis() <= lastMillis) {
                for (Candle candle : message.candles()) {
                    listener.onNews(new FeedNews.Late(candle));
                }
                return;
            }
            MarketClose close =
                    new MarketClose(identity(), message.closeTimeMillis(), message.candles());
            if (message.candles().stream().map(Candle::symbol).filter(symbols::add).count() > 0) {
                listener.onNews(new FeedNews.Follows(List.copyOf(symbols)));
            }
            if (!live && offset < historyEnd) {
                listener.onHistory(close, (offset + 1.0) / historyEnd);
            } else {
                if (!live) {
                    live = true;
                    listener.onHistoryComplete(lastMillis);
                }
                listener.onLive(close);
            }
            lastMillis = close.closeTimeMillis();
        }

        private void commit() {
            try {
                consumer.commitSync(CALL);
            } catch (InterruptException stopped) {
                throw stopped;
            } catch (KafkaException later) {
                LOG.debugf("%s: the offset is committed later: %s", topic, later.getMessage());
            }
        }

        private void tellOfConnection() {
            boolean connected =
                    consumer.metrics().entrySet().stream()
                            .filter(metric -> metric.getKey().name().equals("connection-count"))
                            .anyMatch(metric ->
                                    metric.getValue().metricValue() instanceof Number count
                                            && count.doubleValue() > 0);
            if (connected && isWaiting) {
                isWaiting = false;
                listener.onNews(new FeedNews.Connected());
            } else if (!connected && !isWaiting) {
                isWaiting = true;
                listener.onNews(new FeedNews.Waiting("no broker answers"));
            }
        }

        private <T> T patiently(Supplier<T> call) throws InterruptedException {
            while (true) {
                try {
                    T result = call.get();
                    if (isWaiting) {
                        isWaiting = false;
                        listener.onNews(new FeedNews.Connected());
                    }
                    return result;
                } catch (InterruptException stopped) {
                    throw stopped;
                } catch (KafkaException away) {
                    waitFor(String.valueOf(away.getMessage()));
                }
            }
        }

        private void waitFor(String reason) throws InterruptedException {
            isWaiting = true;
            listener.onNews(new FeedNews.Waiting(reason));
            Thread.sleep(retryAfter);
        }
    }
}
