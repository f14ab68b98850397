package io.auspex.dataset;

import io.auspex.features.FeatureSchema;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.model.ModelSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the candles of a job as they come, 52 bytes each; none stays in memory. {@link #commit}
 * puts the files in place; closing without it leaves none of them behind. One owner, not
 * thread-safe.
 */
public final class CandleWriter implements AutoCloseable {

    static final int PRICES = 5;

    private final JobFolder folder;
    private final NpyWriter times;
    private final NpyWriter numbers;
    private final NpyWriter prices;
    private final Map<Symbol, Integer> known = new HashMap<>();
    private final List<Symbol> symbols = new ArrayList<>();
    private String feed = "";

    /**
     * Begins, and takes out of the way what an earlier attempt has left.
     *
     * @param folder created when it is not there
     */
    public CandleWriter(JobFolder folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder.path());
        Files.deleteIfExists(folder.candleOrder());
        Files.deleteIfExists(folder.job());
        Files.deleteIfExists(folder.report());
        times = NpyWriter.vector(folder.candleTimes(), Npy.Type.INT64);
        numbers = NpyWriter.vector(folder.candleSymbols(), Npy.Type.INT32);
        prices = NpyWriter.matrix(folder.candlePrices(), Npy.Type.FLOAT64, PRICES);
    }

    /**
     * Appends a close.
     *
     * @param close of the same feed and timeframe as those before it, and later
     * @throws UncheckedIOException when it cannot be written
     */
    public void add(MarketClose close) {
        feed = close.feed();
        try {
            for (Candle candle : close.candles()) {
                times.add(close.closeTimeMillis());
                numbers.add(number(candle.symbol()));
                prices.add(candle.open());
                prices.add(candle.high());
                prices.add(candle.low());
                prices.add(candle.close());
                prices.add(candle.volume());
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private int number(Symbol symbol) {
        Integer number = known.putIfAbsent(symbol, symbols.size());
        if (number != null) {
            return number;
        }
        symbols.add(symbol);
        return symbols.size() - 1;
    }

    /** Whether there is no candle yet. */
    public boolean isEmpty() {
        return symbols.isEmpty();
    }

    /**
     * Completes the files, {@code candles.json} last.
     *
     * @param seed of the trainer
     * @param schema the features to compute
     */
    public void commit(ModelSpec spec, FeatureSchema schema, long seed) throws IOException {
        times.commit();
        numbers.commit();
        prices.commit();
        folder.writeCandleOrder(new CandleOrder(spec, seed, schema, feed, symbols));
    }

    @Override
    public void close() throws IOException {
        try (times;
                numbers;
                prices) {
            // closing is all
        }
    }
}
