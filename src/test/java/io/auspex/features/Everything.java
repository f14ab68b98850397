package io.auspex.features;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Every family on some timeframes, now and shifted, and the rows that engines give of it. */
final class Everything {

    private Everything() {}

    /** Every term with short periods. */
    static FeatureSet on(int bridgedGapCandles, Timeframe... timeframes) {
        List<FeatureDeclaration> declarations = new ArrayList<>();
        for (Family family : Family.values()) {
            if (family.isClock()) {
                declarations.add(FeatureDeclaration.clock(family));
            } else {
                Integer[] periods = family.takesPeriods() ? new Integer[] {2, 7} : new Integer[0];
                declarations.add(
                        FeatureDeclaration.of(family, Arrays.asList(timeframes), periods)
                                .shifted(0, 1, 3)
                                .correlatedWith("ETH"));
            }
        }
        return new FeatureSet(declarations, bridgedGapCandles);
    }

    /** What an engine says about one symbol, by close time. */
    record Row(float[] values, Readiness readiness) {

        int[] bits() {
            int[] bits = new int[values.length];
            Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
            return bits;
        }

        boolean isReady() {
            return readiness instanceof Readiness.Ready;
        }

        String reason() {
            return readiness instanceof Readiness.NotReady(String reason) ? reason : "";
        }
    }

    /** Feeds all closes and keeps the rows of one symbol, of closes without a candle too. */
    static Map<Long, Row> rows(FeatureEngine engine, String symbol, List<MarketClose> closes) {
        Map<Long, Row> rows = new TreeMap<>();
        for (MarketClose close : closes) {
            engine.accept(close);
            float[] values = new float[engine.schema().size()];
            Readiness readiness = engine.write(new Symbol(symbol), values, 0);
            rows.put(close.closeTimeMillis(), new Row(values, readiness));
        }
        return rows;
    }

    static List<Symbol> symbolsOf(List<Candle> first, List<Candle> second) {
        return List.of(first.getFirst().symbol(), second.getFirst().symbol());
    }
}
