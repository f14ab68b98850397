package io.auspex.signals;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.api.LiveService;
import io.auspex.ingest.CandleStore;
import io.auspex.market.Candle;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.ModelServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.config.SmallRyeConfigBuilder;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A market that runs by the clock, and a service that is not always there. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class MissedClosesTest {

    private static final Timeframe FIVE = Timeframe.FIVE_MINUTES;
    private static final int SYMBOLS = LiveService.SYMBOLS.size();
    private static final long START = 1_700_000_100_000L;
    private static final Duration SECONDS = Duration.ofSeconds(10);

    @Inject LiveService service;
    @Inject SignalLedger ledger;
    @Inject LiveFeatures features;
    @Inject ModelServer models;
    @Inject CandleStore candles;
    @Inject CandleHistory history;

    @TempDir Path folder;
    private final String feed = "replay:missed-" + System.nanoTime();
    private final String model = "missed-" + System.nanoTime();
    private final Random random = new Random(3);
    private final List<MarketClose> closes = new ArrayList<>();
    private volatile Instant now = Instant.EPOCH;
    private int started;

    @BeforeEach
    void begin() {
        service.warmUp();
        service.promote(model, new MarketSpec(feed, List.of(), FIVE), 0.1f);
        for (int i = 0; i < 70; i++) {
            closes.add(close(START + i * FIVE.millis()));
        }
        candles.storeAndAwait(closes.subList(0, 60));
    }

    @Test
    void whatClosedWhileNobodyRanIsRecordedAsMissedOnceAndTheNewestIsSpokenOfInTime() {
        SignalPipeline first = startedAt(closes.get(59), SECONDS);
        assertThat(signals()).as("nothing was missed before it ever spoke").hasSize(SYMBOLS);
        assertThat(signals()).noneMatch(signal -> signal.action() == Action.MISSED);
        live(first, 60, SECONDS);
        assertThat(signals()).hasSize(2 * SYMBOLS);

        candles.storeAndAwait(closes.subList(61, 65));
        SignalPipeline second = startedAt(closes.get(64), SECONDS);
        List<Signal> missed = signals().subList(2 * SYMBOLS, 5 * SYMBOLS);
        assertThat(missed)
                .allSatisfy(signal -> {
                    assertThat(signal.action()).isEqualTo(Action.MISSED);
                    assertThat(signal.heads()).isEmpty();
                    assertThat(signal.confidence()).isNull();
                    assertThat(signal.reason()).contains("no service was running", now.toString());
                    assertThat(Await.item(() -> ledger.receipt(signal.id()))).isEmpty();
                });
        assertThat(missed)
                .extracting(signal -> signal.closeTime().toEpochMilli())
                .isEqualTo(timesOf(61, 62, 63));
        assertThat(signals().subList(5 * SYMBOLS, signals().size()))
                .hasSize(SYMBOLS)
                .allSatisfy(signal -> {
                    assertThat(signal.action()).isNotEqualTo(Action.MISSED);
                    assertThat(signal.heads()).hasSize(4);
                });

        // Killed and started again in the same candle, and once more.
        startedAt(closes.get(64), SECONDS);
        startedAt(closes.get(64), SECONDS);
        assertThat(signals()).hasSize(6 * SYMBOLS);
        live(second, 65, SECONDS);
        assertThat(signals()).hasSize(7 * SYMBOLS);
        assertThat(signals()).extracting(Signal::seq).isSorted();
    }

    @Test
    void aCloseThatComesWhenItsSignalsWouldHaveExpiredIsRecordedAsMissed() {
        SignalPipeline pipeline = startedAt(closes.get(59), SECONDS);
        live(pipeline, 60, Duration.ofMillis(FIVE.millis()));
        live(pipeline, 61, Duration.ofMillis(FIVE.millis() - 1));
        List<Signal> signals = signals();
        assertThat(signals.subList(SYMBOLS, 2 * SYMBOLS))
                .allSatisfy(signal -> {
                    assertThat(signal.action()).isEqualTo(Action.MISSED);
                    assertThat(signal.reason()).contains("PT5M after it closed");
                    assertThat(signal.expiresAt())
                            .isEqualTo(signal.closeTime().plusMillis(FIVE.millis()));
                });
        assertThat(signals.subList(2 * SYMBOLS, 3 * SYMBOLS))
                .allSatisfy(signal -> {
                    assertThat(signal.action()).isNotEqualTo(Action.MISSED);
                    // The missed close was a close: features go on without a gap.
                    assertThat(signal.heads()).hasSize(4);
                });
    }

    @Test
    void nothingIsLateInAMarketThatWaits() {
        SignalPipeline pipeline = pipeline();
        features.follow(feed, FIVE);
        pipeline.onHistoryComplete(feed, FIVE, false, closes.get(59).closeTimeMillis());
        live(pipeline, 60, Duration.ofDays(300));
        assertThat(signals())
                .hasSize(SYMBOLS)
                .noneMatch(signal -> signal.action() == Action.MISSED);
    }

    /** A start of the service that knows of everything up to a close, so long after it. */
    private SignalPipeline startedAt(MarketClose last, Duration after) {
        SignalPipeline pipeline = pipeline();
        now = Instant.ofEpochMilli(last.closeTimeMillis()).plus(after);
        // As after a restart: the states are built from what is stored.
        features.follow("replay:nobody", FIVE);
        features.follow(feed, FIVE);
        pipeline.start(null);
        pipeline.onHistoryComplete(feed, FIVE, true, last.closeTimeMillis());
        return pipeline;
    }

    private MarketClose close(long openTimeMillis) {
        return new MarketClose(
                feed,
                openTimeMillis + FIVE.millis(),
                LiveService.SYMBOLS.stream()
                        .map(symbol -> candle(symbol, openTimeMillis))
                        .toList());
    }

    private Candle candle(Symbol symbol, long openTimeMillis) {
        double open = 100 + random.nextGaussian();
        double close = open * (1 + random.nextGaussian() * 0.001);
        return new Candle(
                symbol,
                FIVE,
                openTimeMillis,
                open,
                Math.max(open, close) * 1.001,
                Math.min(open, close) * 0.999,
                close,
                10 + random.nextInt(10));
    }

    private void live(SignalPipeline pipeline, int index, Duration after) {
        MarketClose close = closes.get(index);
        candles.storeAndAwait(List.of(close));
        now = Instant.ofEpochMilli(close.closeTimeMillis()).plus(after);
        pipeline.onClose(close);
    }

    private List<Long> timesOf(int... indices) {
        List<Long> times = new ArrayList<>();
        for (int index : indices) {
            for (int i = 0; i < SYMBOLS; i++) {
                times.add(closes.get(index).closeTimeMillis());
            }
        }
        return times;
    }

    private List<Signal> signals() {
        return Await.item(() ->
                ledger.page(new SignalFilter(null, model, null, null), 0, Long.MAX_VALUE, 1_000));
    }

    private SignalPipeline pipeline() {
        SignalsConfig config =
                new SmallRyeConfigBuilder()
                        .withMapping(SignalsConfig.class)
                        .withDefaultValue("auspex.signals.missed-within", "1d")
                        .addDiscoveredConverters()
                        .build()
                        .getConfigMapping(SignalsConfig.class);
        return new SignalPipeline(
                features,
                models,
                ledger,
                new SignalHub(),
                config,
                List.of(),
                history,
                folder.resolve("signals-" + started++),
                () -> now,
                new SimpleMeterRegistry());
    }
}
