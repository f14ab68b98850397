package io.auspex.exchange;

import static io.auspex.exchange.ExchangeHarness.FIVE;
import static io.auspex.exchange.ExchangeHarness.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.ingest.FeedNews;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A seeded storm against a real feed over real sockets. */
class ExchangeStormTest {

    private static final int FAULTS = 500;
    private static final int SYMBOLS = 8;
    private static final Duration PATIENT = Duration.ofMillis(600);

    static Stream<StandInDialect> exchanges() {
        return Stream.of(new StandInDialect.Binance(), new StandInDialect.Bybit());
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void afterFiveHundredFaultsEveryCandleIsThereExactlyOnce(StandInDialect dialect)
            throws Exception {
        Random random = new Random(20_261_120);
        Map<Fault, Integer> done = new EnumMap<>(Fault.class);
        try (ExchangeHarness harness = new ExchangeHarness(dialect, SYMBOLS)) {
            harness.start(
                    Long.MIN_VALUE,
                    harness.settings(
                            Duration.ofDays(30),
                            Optional.of(harness.limitsWithLifetime(Duration.ofSeconds(150)))));
            harness.awaitSubscribed();
            long close = START;
            int faults = 0;
            while (faults < FAULTS) {
                close += FIVE.millis();
                int many = Math.min(FAULTS - faults, 1 + random.nextInt(5));
                faults += many;
                step(harness, close, faults(random, many, done), random);
                long now = close;
                // Most closes are waited for, for a moment; the exchange goes on in any case.
                if (random.nextInt(4) > 0) {
                    harness.isWithin(PATIENT, () -> harness.diary.last >= now);
                }
            }
            long last = close + FIVE.millis();
            harness.close(last);
            harness.awaitClose(last);

            long first = START - Duration.ofDays(2).toMillis() + FIVE.millis();
            List<MarketClose> all =
                    Stream.concat(harness.diary.history.stream(), harness.diary.live.stream())
                            .toList();
            assertThat(all).isEqualTo(harness.truth(first, last));
            assertThat(harness.diary.historyEnd).isEqualTo(START);
            assertThat(harness.exchange.violations).isEmpty();
            assertThat(done.keySet()).containsExactlyInAnyOrder(Fault.values());
            assertThat(done.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(FAULTS);
            assertThat(harness.exchange.refusals.get()).isGreaterThan(50);
            assertThat(harness.exchange.handshakes.get()).isGreaterThan(20);
            assertThat(harness.diary.news(FeedNews.Missing.class)).isEmpty();
            assertThat(harness.diary.news(FeedNews.Late.class)).isNotEmpty();
            assertThat(harness.diary.news(FeedNews.Unreadable.class)).isNotEmpty();
        }
    }

    private static Set<Fault> faults(Random random, int many, Map<Fault, Integer> done) {
        Set<Fault> faults = EnumSet.noneOf(Fault.class);
        while (faults.size() < many) {
            Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
            if (faults.add(fault)) {
                done.merge(fault, 1, Integer::sum);
            }
        }
        return faults;
    }

    private static void step(
            ExchangeHarness harness, long close, Set<Fault> faults, Random random) {
        StandInExchange exchange = harness.exchange;
        exchange.moveTo(close, ExchangeHarness.AFTER_CLOSE);
        for (Fault fault : faults) {
            switch (fault) {
                case GAP, DUPLICATE, REORDER -> {
                    // With the candles below.
                }
                case CORRECTION -> {
                    Symbol symbol = harness.symbols.get(random.nextInt(SYMBOLS));
                    exchange.correct(symbol, harness.diary.last - FIVE.millis());
                }
                default -> exchange.fail(fault);
            }
        }
        for (Symbol symbol : harness.symbols) {
            boolean hit = random.nextInt(3) == 0;
            exchange.send(symbol, close - FIVE.millis(), hit ? faults : Set.of());
        }
        if (!faults.contains(Fault.REORDER)) {
            exchange.release();
        }
    }
}
