package io.auspex.features;

import io.auspex.features.FeaturePlan.Cell;
import io.auspex.features.FeaturePlan.Clock;
import io.auspex.features.FeaturePlan.Source;
import io.auspex.features.Readiness.NotReady;
import io.auspex.features.Readiness.Ready;
import io.auspex.market.Candle;
import io.auspex.market.CandleAggregator;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Streaming state of all symbols of a market. The same code serves one close at a time and whole
 * histories: a batch is many closes.
 *
 * <p>The bits of a vector depend on the schema and on the candles of the last {@link
 * #requiredHistoryMillis} alone, not on when this engine was started; so live, training and an
 * engine rebuilt after a restart agree bit for bit. A vector is ready exactly when every value is
 * finite. The work for a candle does not depend on the length of history, and allocates nothing but
 * fresh states at block boundaries. The memory grows with the symbols that the feed names, which
 * the feed bounds.
 *
 * <p>Not thread-safe: one owner.
 */
public final class FeatureEngine {

    /** Length of the blocks that indicator states are anchored on, in candles of a timeframe. */
    public static final int BLOCK_CANDLES = 512;

    private static final Readiness READY = new Ready();

    private final FeatureSchema schema;
    private final FeaturePlan plan;
    private final Source[] sources;

    /** The clock terms of the plan as of the last close. */
    private final double[] clock;

    private final Map<Symbol, SymbolSeries> bySymbol = new HashMap<>();

    /** One a correlated symbol; null until its first candle. */
    private final @Nullable SymbolSeries[] correlated;

    /** Null before the first close. */
    private @Nullable Timeframe base;

    private long closeTimeMillis;

    /**
     * An engine for the features that the schema names; the first close says its base timeframe.
     *
     * @throws IllegalArgumentException naming a feature that is unknown
     */
    public FeatureEngine(FeatureSchema schema) {
        this(schema, BLOCK_CANDLES);
    }

    /** With shorter blocks, so that tests meet many of them. */
    FeatureEngine(FeatureSchema schema, int blockCandles) {
        this.schema = schema;
        this.plan = FeaturePlan.of(schema, blockCandles);
        this.clock = new double[plan.clockTerms().size()];
        this.sources = plan.sources().toArray(Source[]::new);
        this.correlated = new SymbolSeries[plan.correlated().size()];
    }

    /**
     * How far back closes must be replayed so that the vectors from then on are the same bits as if
     * the engine had run for ever: two blocks of the longest timeframe, and what a bridged gap
     * adds. Gaps need no more, and a shorter history than that is the whole history.
     *
     * @return milliseconds before the close time of the first vector wanted
     */
    public static long requiredHistoryMillis(FeatureSchema schema, Timeframe base) {
        return requiredHistoryMillis(schema, base, BLOCK_CANDLES);
    }

    static long requiredHistoryMillis(FeatureSchema schema, Timeframe base, int blockCandles) {
        long required = 2 * base.millis();
        for (SeriesPlan series : FeaturePlan.of(schema, blockCandles).series()) {
            int candles = 2 * blockCandles + series.bridgedGapCandles() + 2;
            required = Math.max(required, candles * series.timeframe().millis());
        }
        return required;
    }

    public FeatureSchema schema() {
        return schema;
    }

    /**
     * Takes the base candles of one close, in increasing time. The first close sets the base
     * timeframe; longer ones are aggregated from it.
     *
     * @throws IllegalArgumentException when the close is not later than the one before, is of
     *     another timeframe, or has candles too long for a feature of the schema; nothing has
     *     changed then
     */
    public void accept(MarketClose close) {
        Timeframe timeframe = close.candles().getFirst().timeframe();
        if (base == null) {
            requireComputable(timeframe);
            base = timeframe;
        } else if (timeframe != base) {
            throw new IllegalArgumentException("expected " + base + " candles, not " + timeframe);
        } else if (close.closeTimeMillis() <= closeTimeMillis) {
            throw new IllegalArgumentException(
                    "close at "
                            + close.closeTimeMillis()
                            + " is not later than the one at "
                            + closeTimeMillis);
        }
        closeTimeMillis = close.closeTimeMillis();
        for (int i = 0; i < clock.length; i++) {
            clock[i] = plan.clockTerms().get(i).at(closeTimeMillis);
        }
        for (Candle candle : close.candles()) {
            seriesOf(candle.symbol(), timeframe).accept(candle);
        }
    }

    /**
     * Writes the vector of a symbol as of the last accepted close.
     *
     * @param row receives {@code schema().size()} values from {@code offset} on; NaN where a
     *     feature has no value
     * @throws IndexOutOfBoundsException when the row is too short
     */
    public Readiness write(Symbol symbol, float[] row, int offset) {
        int ready = fill(symbol, row, offset);
        return ready == sources.length ? READY : new NotReady(reason(symbol, ready));
    }

    /**
     * Writes the vector without saying why it may not be ready.
     *
     * @return how many features come before the first without a value; all when the vector is ready
     */
    int fill(Symbol symbol, float[] row, int offset) {
        Objects.checkFromIndexSize(offset, sources.length, row.length);
        SymbolSeries own = bySymbol.get(symbol);
        if (own == null || !own.closedAt(closeTimeMillis)) {
            Arrays.fill(row, offset, offset + sources.length, Float.NaN);
            return 0;
        }
        int ready = sources.length;
        for (int i = sources.length - 1; i >= 0; i--) {
            float value = finite(value(sources[i], own));
            row[offset + i] = value;
            if (Float.isNaN(value)) {
                ready = i;
            }
        }
        return ready;
    }

    private double value(Source source, SymbolSeries own) {
        return switch (source) {
            case Clock(int term) -> clock[term];
            case Cell cell -> {
                SymbolSeries owner = ownerOf(cell, own);
                if (owner == null
                        || !owner.closedAt(closeTimeMillis)
                        || owner.missingBefore() > 0) {
                    yield Double.NaN;
                }
                yield owner.series(cell.series()).value(cell.slot(), cell.shift());
            }
        };
    }

    private @Nullable SymbolSeries ownerOf(Cell cell, SymbolSeries own) {
        OptionalInt owner = cell.owner();
        return owner.isEmpty() ? own : correlated[owner.getAsInt()];
    }

    private String reason(Symbol symbol, int feature) {
        SymbolSeries own = bySymbol.get(symbol);
        if (own == null || !own.closedAt(closeTimeMillis)) {
            return "no candle of " + symbol + " at this close";
        }
        String name = schema.names().get(feature);
        return switch (sources[feature]) {
            case Clock _ -> name + ": no finite value";
            case Cell cell -> name + ": " + reason(symbol, cell, own);
        };
    }

    private String reason(Symbol symbol, Cell cell, SymbolSeries own) {
        OptionalInt index = cell.owner();
        Symbol name = index.isEmpty() ? symbol : plan.correlated().get(index.getAsInt());
        SymbolSeries owner = ownerOf(cell, own);
        if (owner == null || !owner.closedAt(closeTimeMillis)) {
            return "no candle of correlated symbol " + name + " at this close";
        }
        if (owner.missingBefore() > 0) {
            return "gap, " + owner.missingBefore() + " candles of " + name + " are missing before";
        }
        Series series = owner.series(cell.series());
        int needed = cell.warmUp() + cell.shift();
        if (series.count() < needed) {
            return "warm-up"
                    + (series.brokenByGap() ? " after a gap, " : ", ")
                    + series.count()
                    + " of "
                    + needed
                    + " candles";
        }
        return "no finite value";
    }

    private SymbolSeries seriesOf(Symbol symbol, Timeframe timeframe) {
        SymbolSeries known = bySymbol.get(symbol);
        if (known != null) {
            return known;
        }
        SymbolSeries created = new SymbolSeries(timeframe, plan.series());
        bySymbol.put(symbol, created);
        int index = plan.correlated().indexOf(symbol);
        if (index >= 0) {
            correlated[index] = created;
        }
        return created;
    }

    private void requireComputable(Timeframe timeframe) {
        for (SeriesPlan series : plan.series()) {
            Timeframe wanted = series.timeframe();
            if (wanted != timeframe && !CandleAggregator.isMultiple(timeframe, wanted)) {
                throw new IllegalArgumentException(
                        "features of "
                                + wanted
                                + " candles cannot be computed from "
                                + timeframe
                                + " candles");
            }
        }
    }

    /** A value beyond the range of float32 is none. */
    private static float finite(double value) {
        float narrow = (float) value;
        return Float.isFinite(narrow) ? narrow : Float.NaN;
    }
}
