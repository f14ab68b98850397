package io.auspex.language;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import io.auspex.platform.Json;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a language model says of a symbol: the only form of an answer that is taken.
 *
 * @param probabilityUp in [0, 1]
 * @param probabilityDown in [0, 1]; both together at most 1
 * @param reason one line, 1 to {@value #MAX_REASON_CHARS} characters, none of them a control
 *     character
 */
record Opinion(double probabilityUp, double probabilityDown, String reason) {

    static final int MAX_REASON_CHARS = 200;

    /** A few roundings are forgiven. */
    private static final double TOLERANCE = 1e-9;

    private static final Set<String> FIELDS =
            Set.of("probability_up", "probability_down", "reason");

    private static final ObjectReader READER =
            Json.mapper()
                    .reader()
                    .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    Opinion {
        requireProbability("probability_up", probabilityUp);
        requireProbability("probability_down", probabilityDown);
        if (probabilityUp + probabilityDown > 1 + TOLERANCE) {
            throw new IllegalArgumentException("the probabilities are more than 1 together");
        }
        if (reason.isBlank() || reason.length() > MAX_REASON_CHARS) {
            throw new IllegalArgumentException(
                    "the reason must have 1 to " + MAX_REASON_CHARS + " characters");
        }
        if (reason.chars().anyMatch(Opinion::isUnprintable)) {
            throw new IllegalArgumentException("the reason must be one line of plain text");
        }
    }

    /**
     * Reads an answer.
     *
     * @throws IllegalArgumentException when it is anything else than the demanded object
     */
    static Opinion parse(String text) {
        JsonNode json;
        try {
            json = READER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the answer is not the JSON that was asked for", e);
        }
        if (!json.isObject()) {
            throw new IllegalArgumentException("the answer is not a JSON object");
        }
        Set<String> names = new TreeSet<>();
        json.fieldNames().forEachRemaining(names::add);
        if (!names.equals(FIELDS)) {
            throw new IllegalArgumentException(
                    "the answer must have the fields " + new TreeSet<>(FIELDS));
        }
        if (!json.path("probability_up").isNumber()
                || !json.path("probability_down").isNumber()
                || !json.path("reason").isTextual()) {
            throw new IllegalArgumentException("a field of the answer has another type");
        }
        return new Opinion(
                json.path("probability_up").doubleValue(),
                json.path("probability_down").doubleValue(),
                json.path("reason").textValue().strip());
    }

    private static void requireProbability(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " must be in [0, 1]");
        }
    }

    /** Control characters, and those that turn the direction of text around. */
    private static boolean isUnprintable(int character) {
        int type = Character.getType(character);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }
}
