package io.auspex.features;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * The vectors of many closes, made by the same {@link FeatureEngine} that serves live ones. Rows
 * are ordered by close time, then symbol; a symbol without a candle at a close has no row. They are
 * kept in chunks, so that growing never copies them. Not thread-safe.
 */
final class FeatureMatrix {

    /** Which rows are kept. */
    enum Keep {
        /** Only vectors that are ready: what a live model would have been asked. */
        READY,
        /** Every candle's vector, with NaN where a feature has no value. */
        ALL
    }

    private static final int CHUNK_ROWS = 4096;

    private final FeatureEngine engine;
    private final List<Symbol> symbols;
    private final Keep keep;
    private final int width;
    private final List<float[]> chunks = new ArrayList<>();
    private long[] times = new long[CHUNK_ROWS];
    private int[] symbolIndexes = new int[CHUNK_ROWS];
    private int rows;

    /**
     * @param symbols the symbols to keep rows of; their order gives the symbol indexes. Others only
     *     serve as correlated ones
     */
    FeatureMatrix(FeatureSchema schema, Collection<Symbol> symbols, Keep keep) {
        this.engine = new FeatureEngine(schema);
        this.symbols = List.copyOf(symbols);
        this.keep = keep;
        this.width = schema.size();
    }

    /**
     * Feeds one close and appends the rows of its symbols.
     *
     * @throws IllegalArgumentException as {@link FeatureEngine#accept}
     */
    void accept(MarketClose close) {
        engine.accept(close);
        for (Candle candle : close.candles()) {
            int symbol = symbols.indexOf(candle.symbol());
            if (symbol >= 0) {
                append(symbol, close.closeTimeMillis());
            }
        }
    }

    private void append(int symbol, long closeTimeMillis) {
        int chunk = rows / CHUNK_ROWS;
        if (chunk == chunks.size()) {
            chunks.add(new float[CHUNK_ROWS * width]);
        }
        int offset = rows % CHUNK_ROWS * width;
        int ready = engine.fill(symbols.get(symbol), chunks.get(chunk), offset);
        if (keep == Keep.READY && ready < width) {
            // The next row overwrites it.
            return;
        }
        if (rows == times.length) {
            times = Arrays.copyOf(times, 2 * rows);
            symbolIndexes = Arrays.copyOf(symbolIndexes, 2 * rows);
        }
        times[rows] = closeTimeMillis;
        symbolIndexes[rows] = symbol;
        rows++;
    }

    /** Number of rows: N in {@code float32[N, F]}. */
    int rows() {
        return rows;
    }

    /** Close time of a row, milliseconds since the Unix epoch (UTC). */
    long closeTimeMillis(int row) {
        return times[Objects.checkIndex(row, rows)];
    }

    /** Index of a row's symbol among those it was made with. */
    int symbolIndex(int row) {
        return symbolIndexes[Objects.checkIndex(row, rows)];
    }

    /** One value; NaN where the feature has none. */
    float value(int row, int feature) {
        Objects.checkIndex(feature, width);
        return chunkOf(row)[row % CHUNK_ROWS * width + feature];
    }

    /** Copies a row of its values to {@code target} from {@code offset} on. */
    void copyRow(int row, float[] target, int offset) {
        System.arraycopy(chunkOf(row), row % CHUNK_ROWS * width, target, offset, width);
    }

    private float[] chunkOf(int row) {
        return chunks.get(Objects.checkIndex(row, rows) / CHUNK_ROWS);
    }
}
