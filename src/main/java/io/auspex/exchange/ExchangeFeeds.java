package io.auspex.exchange;

import io.auspex.ingest.Feed;
import io.auspex.ingest.FeedSource;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.platform.Backoff;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** Makes the feeds of exchanges from the configuration. */
@ApplicationScoped
class ExchangeFeeds implements FeedSource {

    private static final Backoff BACKOFF =
            new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60));
    private static final Duration CLOCK_EVERY = Duration.ofMinutes(30);
    private static final Duration UNIVERSE_EVERY = Duration.ofMinutes(30);
    private static final int FETCHES = 4;

    private final ExchangeConfig.Exchange config;
    private final UniverseStore universes;
    private final Vertx vertx;
    private final InstantSource clock;

    ExchangeFeeds(
            ExchangeConfig config, UniverseStore universes, Vertx vertx, InstantSource clock) {
        this.config = config.exchange();
        this.universes = universes;
        this.vertx = vertx;
        this.clock = clock;
    }

    @Override
    public Optional<Feed> feed(String name) {
        return protocol(name)
                .map(protocol ->
                        new ExchangeFeed(
                                protocol,
                                settings(),
                                symbols(protocol.identity()),
                                vertx,
                                clock,
                                Ticks.system(),
                                new Random()));
    }

    private Optional<ExchangeProtocol> protocol(String name) {
        return switch (name) {
            case "binance" ->
                    Optional.of(
                            new BinanceProtocol(
                                    config.restUrl().orElse(BinanceProtocol.REST_URL),
                                    config.streamUrl().orElse(BinanceProtocol.STREAM_URL)));
            case "bybit" ->
                    Optional.of(
                            new BybitProtocol(
                                    config.restUrl().orElse(BybitProtocol.REST_URL),
                                    config.streamUrl().orElse(BybitProtocol.STREAM_URL)));
            default -> Optional.empty();
        };
    }

    private FeedSettings settings() {
        return new FeedSettings(
                Timeframe.of(config.timeframe()),
                config.days(),
                config.grace(),
                config.patience(),
                config.requestTimeout(),
                BACKOFF,
                CLOCK_EVERY,
                UNIVERSE_EVERY,
                FETCHES,
                Optional.empty());
    }

    private SymbolSource symbols(String feed) {
        List<Symbol> named =
                Stream.of(config.symbols().orElse("").split(",", -1))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .map(Symbol::new)
                        .sorted()
                        .distinct()
                        .toList();
        if (!named.isEmpty()) {
            return (_, _) -> named;
        }
        ExchangeConfig.Universe universe = config.universe();
        return new MostTraded(
                new UniverseRule(
                        universe.initial(),
                        universe.daily(),
                        universe.enterDays(),
                        universe.leaveDays()),
                universe.quote(),
                universe.minimumDays(),
                () -> universes.universe(feed),
                () -> universes.rankedAt(feed),
                (next, at) -> universes.save(feed, next, at));
    }
}
