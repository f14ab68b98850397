package io.auspex.backtest;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much two symbols move together: the correlation of their returns from close to close.
 *
 * @param returns of both, at the same closes
 */
public record SymbolCorrelation(Symbol first, Symbol second, double correlation, int returns) {

    /** With fewer there is no correlation worth telling. */
    private static final int MIN_RETURNS = 50;

    /** Every pair that has enough returns, the most correlated first. */
    static List<SymbolCorrelation> of(List<MarketClose> closes, List<Symbol> symbols) {
        Map<Symbol, double[]> prices = new HashMap<>();
        symbols.forEach(symbol -> prices.put(symbol, new double[closes.size()]));
        for (int i = 0; i < closes.size(); i++) {
            for (Candle candle : closes.get(i).candles()) {
                double[] row = prices.get(candle.symbol());
                if (row != null) {
                    row[i] = candle.close();
                }
            }
        }
        List<SymbolCorrelation> pairs = new ArrayList<>();
        for (int a = 0; a < symbols.size(); a++) {
            for (int b = a + 1; b < symbols.size(); b++) {
                SymbolCorrelation pair =
                        of(
                                symbols.get(a),
                                symbols.get(b),
                                prices.getOrDefault(symbols.get(a), new double[0]),
                                prices.getOrDefault(symbols.get(b), new double[0]));
                if (pair != null) {
                    pairs.add(pair);
                }
            }
        }
        pairs.sort((a, b) -> Double.compare(b.correlation(), a.correlation()));
        return pairs;
    }

    private static @Nullable SymbolCorrelation of(
            Symbol first, Symbol second, double[] a, double[] b) {
        int n = 0;
        double meanA = 0;
        double meanB = 0;
        double spreadA = 0;
        double spreadB = 0;
        double together = 0;
        for (int i = 1; i < a.length; i++) {
            if (a[i - 1] > 0 && a[i] > 0 && b[i - 1] > 0 && b[i] > 0) {
                double x = a[i] / a[i - 1] - 1;
                double y = b[i] / b[i - 1] - 1;
                n++;
                // Welford, so that small returns on top of each other lose nothing.
                double offA = x - meanA;
                meanA += offA / n;
                double offB = y - meanB;
                meanB += offB / n;
                spreadA += offA * (x - meanA);
                spreadB += offB * (y - meanB);
                together += offA * (y - meanB);
            }
        }
        return n < MIN_RETURNS || spreadA == 0 || spreadB == 0
                ? null
                : new SymbolCorrelation(first, second, together / Math.sqrt(spreadA * spreadB), n);
    }
}
