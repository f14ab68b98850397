package io.auspex.serving;

import io.auspex.features.CandleRanges;
import io.auspex.features.FeatureSchema;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The vector of a symbol as it was at a close of the past, computed from the stored candles that it
 * can depend on by the code that computes the live ones. Blocking; processor time for as many
 * candles as that is.
 *
 * @param close what the symbol had at that close
 * @param vector as of it
 */
public record PastFeatures(MarketClose close, LiveVector vector) {

    /**
     * Computes it again.
     *
     * @return empty when the symbol has no stored candle at that close
     * @throws IllegalArgumentException when the schema has a feature that nobody can compute
     */
    public static Optional<PastFeatures> at(
            FeatureSchema schema,
            CandleHistory history,
            String feed,
            Timeframe base,
            Symbol symbol,
            long closeTimeMillis) {
        List<Symbol> symbols = new ArrayList<>(CandleRanges.correlated(schema));
        symbols.add(symbol);
        FeatureState state = new FeatureState(schema);
        Last last = new Last();
        history.forEachClose(
                feed,
                base,
                symbols,
                // A candle that opens then closes later.
                CandleRanges.fromMillis(schema, base, closeTimeMillis),
                closeTimeMillis,
                close -> {
                    state.accept(close);
                    last.close = close;
                });
        return Optional.ofNullable(last.close)
                .filter(close -> close.closeTimeMillis() == closeTimeMillis)
                .flatMap(close -> close.of(List.of(symbol)))
                .map(close ->
                        new PastFeatures(
                                close, state.vector(symbol, close.candles().getFirst().close())));
    }

    private static final class Last {
        private @Nullable MarketClose close;
    }
}
