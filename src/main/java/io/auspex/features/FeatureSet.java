package io.auspex.features;

import io.auspex.market.Symbol;
import java.util.Collection;

/**
 * The declaration of features: families x periods x timeframes x shifted candles x correlated
 * symbols.
 */
public record FeatureSet() {

    /** The declaration used when nothing else is said. */
    public static FeatureSet standard() {
        return new FeatureSet();
    }

    /**
     * The schema of this declaration in a market.
     *
     * @param symbols the symbols of the market, among which the correlated ones are looked up
     */
    public FeatureSchema schema(Collection<Symbol> symbols) {
        throw new IllegalStateException("built on the features branch: " + symbols);
    }
}
