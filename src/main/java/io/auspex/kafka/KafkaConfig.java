package io.auspex.kafka;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Settings of the connection to Kafka. */
@ConfigMapping(prefix = "auspex.kafka")
interface KafkaConfig {

    /** {@code host:port} of some of its brokers, joined by commas; without it there is none. */
    Optional<String> bootstrapServers();

    /** Topic of the signals. */
    @WithDefault("auspex-signals")
    String signalsTopic();

    /** Topic of promotions and rollbacks. */
    @WithDefault("auspex-models")
    String modelsTopic();

    /** Topic of closed trades that come in. */
    @WithDefault("auspex-trades")
    String tradesTopic();

    /** Topic of candles that come in; it has one partition. */
    @WithDefault("auspex-candles")
    String candlesTopic();

    /** Topic of trades that were refused. */
    @WithDefault("auspex-dead-letters")
    String deadLetterTopic();

    /** Consumer group, and the name of the feed {@code kafka}. */
    @WithDefault("auspex")
    String group();

    /** Length of the candles that come in. */
    @WithDefault("5m")
    String timeframe();

    /** Signals read from the ledger at once. */
    @WithDefault("500")
    int page();

    /** How often the ledger is looked at, beside being told. */
    @WithDefault("1s")
    Duration lookEvery();

    /** Pause after something that went wrong. */
    @WithDefault("1s")
    Duration retryAfter();
}
