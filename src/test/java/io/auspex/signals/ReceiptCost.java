package io.auspex.signals;

import io.auspex.features.CandleRange;
import io.auspex.features.CandleRanges;
import io.auspex.features.FeatureEngine;
import io.auspex.features.FeatureSchema;
import io.auspex.features.FeatureSet;
import io.auspex.ingest.SimulatedMarket;
import io.auspex.ingest.SimulatedMarketGenerator;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What receipts cost at a close of many symbols, beside what the features cost: the hashes of the
 * candles, and the columns of the append with receipts and without. {@code main}, with the number
 * of symbols.
 */
final class ReceiptCost {

    private static final int CLOSES = 3_000;
    private static final int WARM_UP = 1_000;

    private ReceiptCost() {}

    public static void main(String... arguments) {
        int symbols = arguments.length == 0 ? 200 : Integer.parseInt(arguments[0]);
        FeatureSchema schema =
                FeatureSet.compact().schema(List.of(new Symbol("BTCSIM"), new Symbol("ETHSIM")));
        SimulatedMarketGenerator market =
                new SimulatedMarketGenerator(
                        new SimulatedMarket(7, 1.0, symbols, 45, Timeframe.FIVE_MINUTES, 0));
        FeatureEngine engine = new FeatureEngine(schema);
        CandleRanges ranges = new CandleRanges(schema);
        long[] features = new long[CLOSES];
        long[] hashes = new long[CLOSES];
        long[] plain = new long[CLOSES];
        long[] columns = new long[CLOSES];
        float[] row = new float[schema.size()];
        int sink = 0;
        for (int i = 0; i < CLOSES; i++) {
            MarketClose close = market.next();
            long start = System.nanoTime();
            engine.accept(close);
            for (Candle candle : close.candles()) {
                sink += engine.write(candle.symbol(), row, 0).hashCode();
            }
            long between = System.nanoTime();
            ranges.accept(close);
            List<List<CandleRange>> all = new ArrayList<>(symbols);
            for (Candle candle : close.candles()) {
                all.add(ranges.of(candle.symbol()));
            }
            features[i] = between - start;
            hashes[i] = System.nanoTime() - between;
            List<PendingSignal> without = signals(close, all, false);
            List<PendingSignal> with = signals(close, all, true);
            start = System.nanoTime();
            sink += SignalColumns.of(without).size();
            between = System.nanoTime();
            sink += SignalColumns.of(with).size();
            columns[i] = System.nanoTime() - between;
            plain[i] = between - start;
        }
        System.out.printf(
                "%d symbols, a close, p50 in ms: features %.2f, candle hashes %.2f (p99 %.2f), columns of"
                        + " the append %.2f without and %.2f with receipts %d%n",
                symbols,
                percentile(features, 0.5),
                percentile(hashes, 0.5),
                percentile(hashes, 0.99),
                percentile(plain, 0.5),
                percentile(columns, 0.5),
                sink & 1);
    }

    private static List<PendingSignal> signals(
            MarketClose close, List<List<CandleRange>> ranges, boolean receipts) {
        List<PendingSignal> signals = new ArrayList<>();
        for (int i = 0; i < close.candles().size(); i++) {
            Candle candle = close.candles().get(i);
            PendingSignal signal =
                    PendingSignals.signal("cost", i, candle.symbol().name(), candle.close());
            signals.add(
                    new PendingSignal(
                            signal.feed(),
                            signal.model(),
                            signal.version(),
                            signal.schemaHash(),
                            signal.symbol(),
                            signal.timeframe(),
                            close.closeTimeMillis(),
                            candle.close(),
                            signal.decision(),
                            signal.heads(),
                            false,
                            null,
                            signal.expiresAtMillis(),
                            receipts
                                    ? Receipt.of(
                                            "ab".repeat(32),
                                            ranges.get(i),
                                            DecisionRule.standard(),
                                            null)
                                    : null));
        }
        return signals;
    }

    private static double percentile(long[] nanos, double share) {
        long[] warm = Arrays.copyOfRange(nanos, WARM_UP, nanos.length);
        Arrays.sort(warm);
        return warm[(int) (share * (warm.length - 1))] / 1e6;
    }
}
