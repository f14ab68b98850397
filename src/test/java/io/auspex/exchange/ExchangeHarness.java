package io.auspex.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.exchange.ExchangeProtocol.StreamLimits;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.platform.Backoff;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * A feed and the exchange it talks to. The wall clock is the exchange's, moved by the test; what is
 * waited for passes {@link #SPEED} times as fast as it is configured.
 */
final class ExchangeHarness implements AutoCloseable {

    static final Timeframe FIVE = Timeframe.FIVE_MINUTES;
    static final int SPEED = 100;
    static final long START = 1_700_000_100_000L - 1_700_000_100_000L % FIVE.millis();
    static final Duration AFTER_CLOSE = Duration.ofSeconds(5);
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    final Vertx vertx = Vertx.vertx();
    final CandleGenerator truth = new CandleGenerator(42, FIVE);
    final StandInExchange exchange;
    final ExchangeProtocol protocol;
    final List<Symbol> symbols;
    final FeedDiary diary = new FeedDiary();
    final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final StreamLimits limits;
    private volatile Duration skew = Duration.ZERO;
    private Thread runner;

    ExchangeHarness(StandInDialect dialect, int symbolCount) {
        symbols =
                IntStream.range(0, symbolCount)
                        .mapToObj("COIN%02dUSDT"::formatted)
                        .map(Symbol::new)
                        .toList();
        exchange =
                new StandInExchange(
                        vertx,
                        dialect,
                        truth,
                        START + AFTER_CLOSE.toMillis(),
                        Duration.ofSeconds(20).dividedBy(SPEED));
        protocol =
                switch (dialect) {
                    case StandInDialect.Binance _ ->
                            new BinanceProtocol(exchange.restUrl(), exchange.streamUrl());
                    case StandInDialect.Bybit _ ->
                            new BybitProtocol(exchange.restUrl(), exchange.streamUrl());
                };
        limits = protocol.streamLimits();
    }

    /** What our clock is ahead of the exchange's. */
    void skew(Duration ahead) {
        skew = ahead;
    }

    FeedSettings settings(Duration patience, Optional<StreamLimits> override) {
        return new FeedSettings(
                FIVE,
                2,
                Duration.ofSeconds(2),
                patience,
                // Not scaled: real sockets need real time.
                Duration.ofMillis(300),
                new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10)),
                Duration.ofHours(1),
                Duration.ofDays(1),
                4,
                override);
    }

    StreamLimits limitsWithLifetime(Duration lifetime) {
        return new StreamLimits(
                limits.symbols(),
                limits.betweenMessages(),
                limits.pingEvery(),
                limits.silence(),
                lifetime);
    }

    void start(long afterClose) {
        start(afterClose, settings(Duration.ofHours(5), Optional.empty()));
    }

    void start(long afterClose, FeedSettings settings) {
        ExchangeFeed feed = feed(settings, (_, _) -> symbols);
        start(feed, afterClose);
    }

    ExchangeFeed feed(FeedSettings settings, SymbolSource source) {
        InstantSource clock = () -> Instant.ofEpochMilli(exchange.millis()).plus(skew);
        return new ExchangeFeed(
                protocol, settings, source, vertx, clock, Ticks.scaled(SPEED), new Random(5));
    }

    void start(ExchangeFeed feed, long afterClose) {
        runner =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                feed.run(afterClose, diary);
                            } catch (InterruptedException stopped) {
                                // As it should be.
                            } catch (RuntimeException | Error broken) {
                                failure.set(broken);
                            }
                        });
    }

    void stop() throws InterruptedException {
        runner.interrupt();
        assertThat(runner.join(DEADLINE)).as("the feed ends when it is interrupted").isTrue();
    }

    /** The feed is live and hears every symbol. */
    void awaitSubscribed() {
        await("subscriptions", () -> exchange.subscribed().containsAll(symbols));
    }

    /** The next close, on time and whole. */
    void close(long closeMillis) {
        exchange.moveTo(closeMillis, AFTER_CLOSE);
        symbols.forEach(symbol -> exchange.send(symbol, closeMillis - FIVE.millis(), Set.of()));
    }

    void awaitClose(long closeMillis) {
        await("close " + closeMillis, () -> diary.last >= closeMillis);
    }

    void await(String what, BooleanSupplier condition) {
        assertThat(isWithin(DEADLINE, condition))
                .as(() -> what + " did not come; last " + diary.last + ", news " + diary.news)
                .isTrue();
    }

    boolean isWithin(Duration time, BooleanSupplier condition) {
        long deadline = System.nanoTime() + time.toNanos();
        while (!condition.getAsBoolean()) {
            if (failure.get() != null) {
                throw new AssertionError("the feed failed", failure.get());
            }
            if (System.nanoTime() > deadline) {
                return false;
            }
            java.util.concurrent.locks.LockSupport.parkNanos(200_000);
        }
        return true;
    }

    /** Every candle of the range as the generator made it. */
    List<MarketClose> truth(long firstClose, long lastClose) {
        List<MarketClose> closes = new ArrayList<>();
        for (long close = firstClose; close <= lastClose; close += FIVE.millis()) {
            long open = close - FIVE.millis();
            List<Candle> candles =
                    symbols.stream().map(symbol -> truth.candle(symbol, open)).toList();
            closes.add(new MarketClose(protocol.identity(), close, candles));
        }
        return closes;
    }

    @Override
    public void close() throws InterruptedException {
        if (runner != null) {
            stop();
        }
        exchange.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
