package io.auspex.shadow;

import io.auspex.market.Symbol;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import java.util.Map;

/**
 * What a champion and the version in its shadow said of one symbol at one close.
 *
 * @param champion every head
 * @param shadow every head
 */
record ShadowPair(
        Symbol symbol, long closeTimeMillis, Map<Head, Double> champion, Map<Head, Double> shadow) {

    ShadowPair {
        champion = Map.copyOf(champion);
        shadow = Map.copyOf(shadow);
        if (champion.size() != ModelKind.MARKET.heads().size()
                || shadow.size() != ModelKind.MARKET.heads().size()) {
            throw new IllegalArgumentException("a pair has every head twice");
        }
    }
}
