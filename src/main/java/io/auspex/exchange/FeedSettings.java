package io.auspex.exchange;

import io.auspex.exchange.ExchangeProtocol.StreamLimits;
import io.auspex.market.Timeframe;
import io.auspex.platform.Backoff;
import java.time.Duration;
import java.util.Optional;

/**
 * How a feed of an exchange behaves.
 *
 * @param days of history that the first run collects
 * @param grace how long a close that is due waits for the stream before REST is asked; a candle
 *     younger than that is not believed to be final when REST gives it
 * @param patience how long a close that has some candles waits for REST to give the others
 * @param requestTimeout of a request and of connecting
 * @param clockEvery how often the exchange's clock is compared with ours
 * @param universeEvery how often the symbols are looked at
 * @param fetches requests at the same time while history is collected
 * @param streamOverride other limits than the exchange's own, for a stand-in
 */
record FeedSettings(
        Timeframe timeframe,
        int days,
        Duration grace,
        Duration patience,
        Duration requestTimeout,
        Backoff backoff,
        Duration clockEvery,
        Duration universeEvery,
        int fetches,
        Optional<StreamLimits> streamOverride) {

    FeedSettings {
        if (days < 1 || fetches < 1) {
            throw new IllegalArgumentException("auspex.exchange.days must be at least 1: " + days);
        }
        if (grace.isNegative() || patience.compareTo(grace) < 0) {
            throw new IllegalArgumentException(
                    "auspex.exchange.patience must not be shorter than auspex.exchange.grace");
        }
        if (!requestTimeout.isPositive()) {
            throw new IllegalArgumentException(
                    "auspex.exchange.request-timeout must be positive: " + requestTimeout);
        }
    }

    StreamLimits streamLimits(ExchangeProtocol protocol) {
        return streamOverride.orElseGet(protocol::streamLimits);
    }
}
