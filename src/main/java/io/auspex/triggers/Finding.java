package io.auspex.triggers;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A rule that fires.
 *
 * @param rule drift, performance, trades or time
 * @param text with the figures, part of a sentence
 * @param figures by name
 * @param since when the market changed, if that is what was found; null otherwise
 */
record Finding(String rule, String text, Map<String, Double> figures, @Nullable Instant since) {

    Finding(String rule, String text, Map<String, Double> figures) {
        this(rule, text, figures, null);
    }

    Finding {
        figures = Map.copyOf(figures);
    }
}
