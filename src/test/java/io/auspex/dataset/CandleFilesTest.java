package io.auspex.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.features.FeatureSchema;
import io.auspex.ingest.SimulatedMarket;
import io.auspex.ingest.SimulatedMarketGenerator;
import io.auspex.market.MarketClose;
import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CandleFilesTest {

    private static final Timeframe STEP = Timeframe.FIVE_MINUTES;
    private static final FeatureSchema SCHEMA = FeatureSchema.of(List.of("log_return@5m~1"));

    @TempDir Path parent;
    private JobFolder folder;

    @BeforeEach
    void folder() {
        folder = new JobFolder(parent.resolve("job"));
    }

    /** More than one buffer of the writer; some closes lack symbols, and prices are odd doubles. */
    @Test
    void whatGoesInComesOutToTheLastBitAsOftenAsOneLikes() throws IOException {
        List<MarketClose> closes = closes(3_000);
        CandleOrder order = written(closes);
        assertThat(order.spec()).isEqualTo(spec());
        assertThat(order.schema()).isEqualTo(SCHEMA);
        assertThat(order.seed()).isEqualTo(42);
        CandleFiles files = folder.openCandles(order);
        assertThat(files).containsExactlyElementsOf(closes);
        assertThat(files).containsExactlyElementsOf(closes);
        assertThat(folder.path()).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void isNotThereBeforeItIsComplete() throws IOException {
        assertThat(folder.readCandleOrder()).isEmpty();
        written(closes(3));
        Files.writeString(folder.job(), "of an earlier attempt");
        try (CandleWriter writer = new CandleWriter(folder)) {
            assertThat(writer.isEmpty()).isTrue();
            closes(2).forEach(writer::add);
            assertThat(writer.isEmpty()).isFalse();
            assertThat(folder.readCandleOrder()).isEmpty();
            assertThat(folder.job()).doesNotExist();
        }
        assertThat(folder.readCandleOrder()).isEmpty();
        assertThat(folder.path()).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void saysWhichFileDoesNotFitTheOthers() throws IOException {
        CandleOrder order = written(closes(3));
        NpyWriter.write(folder.candleSymbols(), new int[] {0});
        assertThatThrownBy(() -> folder.openCandles(order))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("candle_symbols.npy");
        Files.delete(folder.candlePrices());
        written(closes(3));
        Files.delete(folder.candlePrices());
        assertThatThrownBy(() -> folder.openCandles(order))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("candle_prices.npy");
    }

    private CandleOrder written(List<MarketClose> closes) throws IOException {
        try (CandleWriter writer = new CandleWriter(folder)) {
            closes.forEach(writer::add);
            writer.commit(spec(), SCHEMA, 42);
        }
        return folder.readCandleOrder().orElseThrow();
    }

    private static ModelSpec spec() {
        return ModelSpec.standard("m", new MarketSpec("simulated:3", List.of(), STEP));
    }

    private static List<MarketClose> closes(int count) {
        SimulatedMarketGenerator market =
                new SimulatedMarketGenerator(new SimulatedMarket(3, 1.0, 4, 30, STEP, 0));
        List<MarketClose> closes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            MarketClose close = market.next();
            int from = i % 3;
            closes.add(
                    new MarketClose(
                            close.feed(),
                            close.closeTimeMillis(),
                            close.candles().subList(from, from + 1 + i % 2)));
        }
        return closes;
    }
}
