package io.auspex.training;

import io.auspex.model.Head;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The trees of another model, from which a training may go on: LightGBM's text of each head, as
 * {@link FittedModel#text} writes it. A head that was a constant there has no trees to go on from.
 */
final class EarlierTrees {

    private static final Pattern LINES = Pattern.compile("\n");
    private static final String HEAD = "head=";
    private static final String NO_TREES = "constant=";

    private final Map<Head, String> texts;

    private EarlierTrees(Map<Head, String> texts) {
        this.texts = texts;
    }

    static EarlierTrees none() {
        return new EarlierTrees(Map.of());
    }

    /**
     * Reads the text of all heads.
     *
     * @throws IllegalArgumentException when it names an unknown head or begins with none
     */
    static EarlierTrees parse(String text) {
        Map<Head, StringBuilder> parts = new LinkedHashMap<>();
        StringBuilder part = null;
        for (String line : LINES.splitAsStream(text).toList()) {
            if (line.startsWith(HEAD)) {
                part = new StringBuilder();
                parts.put(Head.of(line.substring(HEAD.length())), part);
            } else if (part == null) {
                throw new IllegalArgumentException("the text of a model begins with 'head='");
            } else {
                part.append(line).append('\n');
            }
        }
        Map<Head, String> texts = new EnumMap<>(Head.class);
        parts.forEach((head, lines) -> {
            String own = lines.toString();
            if (!own.startsWith(NO_TREES)) {
                texts.put(head, own);
            }
        });
        return new EarlierTrees(texts);
    }

    boolean isNone() {
        return texts.isEmpty();
    }

    /** LightGBM's text of a head; empty when there is nothing to go on from. */
    Optional<String> of(Head head) {
        return Optional.ofNullable(texts.get(head));
    }
}
