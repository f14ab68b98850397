package io.auspex.triggers;

import java.util.Map;

/**
 * A rule that fires.
 *
 * @param rule drift, performance, trades or time
 * @param text with the figures, part of a sentence
 * @param figures by name
 */
record Finding(String rule, String text, Map<String, Double> figures) {

    Finding {
        figures = Map.copyOf(figures);
    }
}
