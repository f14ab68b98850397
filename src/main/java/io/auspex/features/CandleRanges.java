package io.auspex.features;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Names, close by close, the candles that the vectors of a schema can depend on. Like the
 * indicators, a digest is begun at the first candle of every block of the longest timeframe and
 * goes on beside the older one, so that a candle costs two or three updates however long the range
 * is, and no candle is kept:
 *
 * <pre>
 *              block k-1         block k
 *         |-----------------|-----------------|
 * digest A ============================>        names the range while block k answers
 * digest B                   ==========>        will, in block k+1
 * </pre>
 *
 * Fed with the same closes as a {@link FeatureEngine}, from as far back as that needs. One owner.
 */
public final class CandleRanges {

    private final FeaturePlan plan;
    private final int blockCandles;
    private final Map<Symbol, Deque<Running>> bySymbol = new HashMap<>();
    private final Map<Symbol, Long> lastOpens = new HashMap<>();

    /** Those of the correlated symbols as of the last close: every symbol's vector names them. */
    private final Map<Symbol, CandleRange> shared = new HashMap<>();

    private long blockMillis;
    private long fromMillis;

    /**
     * @throws IllegalArgumentException naming a feature that is unknown
     */
    public CandleRanges(FeatureSchema schema) {
        this(schema, FeatureEngine.BLOCK_CANDLES);
    }

    /** With shorter blocks, so that tests meet many of them. */
    CandleRanges(FeatureSchema schema, int blockCandles) {
        this.plan = FeaturePlan.of(schema, blockCandles);
        this.blockCandles = blockCandles;
    }

    /**
     * Open time of the first base candle that the vectors at a close can depend on, milliseconds
     * since the Unix epoch (UTC): on the grid of the blocks of the longest timeframe.
     */
    public static long fromMillis(FeatureSchema schema, Timeframe base, long closeTimeMillis) {
        int blockCandles = FeatureEngine.BLOCK_CANDLES;
        return fromMillis(
                FeaturePlan.of(schema, blockCandles), blockCandles, base, closeTimeMillis);
    }

    /** The symbols besides its own that a vector is made of, ordered. */
    public static List<Symbol> correlated(FeatureSchema schema) {
        return FeaturePlan.of(schema, FeatureEngine.BLOCK_CANDLES).correlated();
    }

    private static long fromMillis(
            FeaturePlan plan, int blockCandles, Timeframe base, long closeTimeMillis) {
        // The candle before the newest one: whether it is missing shows.
        long earliest = closeTimeMillis - 2 * base.millis();
        long longest = base.millis();
        for (SeriesPlan series : plan.series()) {
            long candle = series.timeframe().millis();
            long block = blockCandles * candle;
            // An older last candle would be behind a gap that ends the segment.
            long last =
                    series.timeframe().openTimeOf(closeTimeMillis)
                            - (series.bridgedGapCandles() + 1) * candle;
            earliest = Math.min(earliest, (Math.floorDiv(last, block) - 1) * block);
            longest = Math.max(longest, candle);
        }
        return floor(earliest, blockCandles * longest);
    }

    /** Takes the next close; later than the one before, and of the same timeframe. */
    public void accept(MarketClose close) {
        Timeframe timeframe = close.candles().getFirst().timeframe();
        blockMillis = blockMillis(timeframe);
        fromMillis = fromMillis(plan, blockCandles, timeframe, close.closeTimeMillis());
        shared.clear();
        for (Candle candle : close.candles()) {
            add(candle);
        }
    }

    /** What the vector of a symbol as of the last close depends on: its own candles first. */
    public List<CandleRange> of(Symbol symbol) {
        List<CandleRange> ranges = new ArrayList<>(1 + plan.correlated().size());
        ranges.add(range(symbol));
        for (Symbol correlated : plan.correlated()) {
            if (!correlated.equals(symbol)) {
                ranges.add(shared.computeIfAbsent(correlated, this::range));
            }
        }
        return List.copyOf(ranges);
    }

    private void add(Candle candle) {
        Deque<Running> running = current(candle.symbol());
        long block = floor(candle.openTimeMillis(), blockMillis);
        if (running.isEmpty() || running.getLast().anchorMillis < block) {
            running.addLast(new Running(block, candle.openTimeMillis()));
        }
        for (Running each : running) {
            each.digest.add(candle);
            each.candles++;
        }
        lastOpens.put(candle.symbol(), candle.openTimeMillis());
    }

    private CandleRange range(Symbol symbol) {
        Running oldest = current(symbol).peekFirst();
        Long lastOpen = lastOpens.get(symbol);
        return oldest == null || lastOpen == null
                ? new CandleRange(
                        symbol,
                        Instant.ofEpochMilli(fromMillis),
                        null,
                        null,
                        0,
                        new CandleDigest().hex())
                : new CandleRange(
                        symbol,
                        Instant.ofEpochMilli(fromMillis),
                        Instant.ofEpochMilli(oldest.firstOpenMillis),
                        Instant.ofEpochMilli(lastOpen),
                        oldest.candles,
                        oldest.digest.hexSoFar());
    }

    /** Without those that begin before the range. */
    private Deque<Running> current(Symbol symbol) {
        Deque<Running> running = bySymbol.computeIfAbsent(symbol, _ -> new ArrayDeque<>(4));
        while (!running.isEmpty() && running.getFirst().anchorMillis < fromMillis) {
            running.removeFirst();
        }
        return running;
    }

    private long blockMillis(Timeframe timeframe) {
        long longest = timeframe.millis();
        for (SeriesPlan series : plan.series()) {
            longest = Math.max(longest, series.timeframe().millis());
        }
        return blockCandles * longest;
    }

    private static long floor(long millis, long gridMillis) {
        return Math.floorDiv(millis, gridMillis) * gridMillis;
    }

    /** The candles of a symbol from the beginning of a block on. */
    private static final class Running {
        private final long anchorMillis;
        private final long firstOpenMillis;
        private final CandleDigest digest = new CandleDigest();
        private long candles;

        Running(long anchorMillis, long firstOpenMillis) {
            this.anchorMillis = anchorMillis;
            this.firstOpenMillis = firstOpenMillis;
        }
    }
}
