package io.auspex.kafka;

import io.auspex.ingest.Feed;
import io.auspex.ingest.FeedSource;
import io.auspex.market.Timeframe;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Makes the feed {@code kafka}. */
@ApplicationScoped
class KafkaFeeds implements FeedSource {

    /** Closes that one poll hands over: each is stored by itself. */
    private static final int MAX_POLL = 100;

    private final KafkaConfig config;
    private final InstantSource clock;
    private final Map<String, Object> clients;

    @Inject
    KafkaFeeds(
            KafkaConfig config,
            InstantSource clock,
            @Identifier("default-kafka-broker") Map<String, Object> clients) {
        this.config = config;
        this.clock = clock;
        this.clients = clients;
    }

    @Override
    public Optional<Feed> feed(String name) {
        if (!name.equals("kafka")) {
            return Optional.empty();
        }
        if (config.bootstrapServers().filter(servers -> !servers.isBlank()).isEmpty()) {
            throw new IllegalArgumentException(
                    "auspex.feed=kafka needs auspex.kafka.bootstrap-servers");
        }
        return Optional.of(
                new KafkaFeed(
                        config.group(),
                        config.candlesTopic(),
                        Timeframe.of(config.timeframe()),
                        config.retryAfter(),
                        clock,
                        this::consumer));
    }

    private Consumer<String, String> consumer() {
        Map<String, Object> properties = new HashMap<>(clients);
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, config.group() + "-candles");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL);
        properties.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
        return new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
    }
}
