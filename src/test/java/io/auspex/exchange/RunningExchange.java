package io.auspex.exchange;

import io.auspex.market.Symbol;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A service whose feed is a stand-in for Binance, and whose clock is the stand-in's. The service
 * and its test share the class loader; the exchange starts with the first of them.
 */
public final class RunningExchange implements QuarkusTestProfile {

    static final List<Symbol> SYMBOLS =
            IntStream.range(0, 4).mapToObj("COIN%02dUSDT"::formatted).map(Symbol::new).toList();
    private static final String NOW = "stand-in-exchange.now";

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "auspex.feed", "binance",
                "auspex.exchange.days", "3",
                "auspex.exchange.grace", "200ms",
                "auspex.exchange.patience", "20s",
                "auspex.exchange.request-timeout", "2s",
                "auspex.exchange.universe.initial", "3",
                "auspex.exchange.universe.daily", "2",
                "auspex.trainer.check-every", "1H");
    }

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
        return Set.of(TheirClock.class);
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(Server.class));
    }

    /** Moves the clock of the exchange and of the service. */
    static void moveTo(StandInExchange exchange, long closeMillis) {
        exchange.moveTo(closeMillis, ExchangeHarness.AFTER_CLOSE);
        System.setProperty(NOW, Long.toString(exchange.millis()));
    }

    /** The clock of the service: the test's and the service's loader need not be the same. */
    @Alternative
    @Priority(1)
    @Singleton
    public static final class TheirClock {

        @Produces
        @Alternative
        @Priority(1)
        @Singleton
        InstantSource clock() {
            return () -> Instant.ofEpochMilli(Long.getLong(NOW, ExchangeHarness.START));
        }
    }

    /** The exchange, started before the service. */
    public static final class Server implements QuarkusTestResourceLifecycleManager {

        private final Vertx vertx = Vertx.vertx();
        private final StandInExchange exchange =
                new StandInExchange(
                        vertx,
                        new StandInDialect.Binance(),
                        new CandleGenerator(42, ExchangeHarness.FIVE),
                        ExchangeHarness.START,
                        Duration.ofSeconds(20));

        @Override
        public Map<String, String> start() {
            moveTo(exchange, ExchangeHarness.START);
            exchange.volumes(
                    List.of(
                            new SymbolVolume(SYMBOLS.get(0), 4e6),
                            new SymbolVolume(SYMBOLS.get(1), 1),
                            new SymbolVolume(SYMBOLS.get(2), 3e6),
                            new SymbolVolume(SYMBOLS.get(3), 2e6)));
            return Map.of(
                    "auspex.exchange.rest-url", exchange.restUrl(),
                    "auspex.exchange.stream-url", exchange.streamUrl());
        }

        @Override
        public void inject(TestInjector injector) {
            injector.injectIntoFields(
                    exchange, new TestInjector.MatchesType(StandInExchange.class));
        }

        @Override
        public void stop() {
            exchange.close();
            vertx.close().toCompletionStage().toCompletableFuture().join();
            System.clearProperty(NOW);
        }
    }
}
