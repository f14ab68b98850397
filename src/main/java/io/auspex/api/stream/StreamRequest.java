package io.auspex.api.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.NullNode;
import io.auspex.platform.Json;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a client may send. The id is a string, a number or null, and comes back in the answer. */
sealed interface StreamRequest {

    /** Longest id and longest topic in characters. */
    int MAX_NAME_CHARS = 128;

    JsonNode id();

    record Subscribe(JsonNode id, List<String> topics) implements StreamRequest {}

    record Unsubscribe(JsonNode id, List<String> topics) implements StreamRequest {}

    record ListTopics(JsonNode id) implements StreamRequest {}

    record Ping(JsonNode id) implements StreamRequest {}

    /** Not one of the above; the reason is for people. */
    record Malformed(JsonNode id, String reason) implements StreamRequest {}

    /** Reads one text message. */
    static StreamRequest parse(String text, int maxTopics) {
        JsonNode message;
        try {
            message = Reading.READER.readTree(text);
        } catch (JsonProcessingException e) {
            return new Malformed(NullNode.instance, "not JSON");
        }
        if (!message.isObject()) {
            return new Malformed(NullNode.instance, "a message is a JSON object");
        }
        JsonNode id = message.path("id");
        if (id.isMissingNode()) {
            id = NullNode.instance;
        }
        if (!Reading.isId(id)) {
            return new Malformed(
                    NullNode.instance,
                    "id must be a string of at most " + MAX_NAME_CHARS + " characters or a number");
        }
        return parse(message, id, maxTopics);
    }

    private static StreamRequest parse(JsonNode message, JsonNode id, int maxTopics) {
        JsonNode op = message.path("op");
        if (!op.isTextual()) {
            return new Malformed(id, "op must be one of subscribe, unsubscribe, list, ping");
        }
        boolean withTopics = op.textValue().endsWith("subscribe");
        for (String field : message.propertyStream().map(Map.Entry::getKey).toList()) {
            if (!field.equals("op")
                    && !field.equals("id")
                    && !(withTopics && field.equals("topics"))) {
                return new Malformed(id, "unknown field '" + Reading.shortened(field) + "'");
            }
        }
        return switch (op.textValue()) {
            case "ping" -> new Ping(id);
            case "list" -> new ListTopics(id);
            case "subscribe", "unsubscribe" ->
                    topics(op.textValue(), message.path("topics"), id, maxTopics);
            default ->
                    new Malformed(
                            id,
                            "unknown op '"
                                    + Reading.shortened(op.textValue())
                                    + "'; use subscribe, unsubscribe, list or ping");
        };
    }

    private static StreamRequest topics(String op, JsonNode array, JsonNode id, int maxTopics) {
        if (!array.isArray() || array.isEmpty() || array.size() > maxTopics) {
            return new Malformed(id, "topics must be an array of 1 to " + maxTopics + " strings");
        }
        Set<String> topics = new LinkedHashSet<>();
        for (JsonNode topic : array) {
            if (!topic.isTextual() || topic.textValue().length() > MAX_NAME_CHARS) {
                return new Malformed(
                        id, "a topic is a string of at most " + MAX_NAME_CHARS + " characters");
            }
            topics.add(topic.textValue());
        }
        return op.equals("subscribe")
                ? new Subscribe(id, List.copyOf(topics))
                : new Unsubscribe(id, List.copyOf(topics));
    }

    /** How messages are read. */
    final class Reading {

        private static final ObjectReader READER =
                Json.mapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

        private Reading() {}

        private static boolean isId(JsonNode id) {
            return id.isNull()
                    || id.isNumber()
                    || (id.isTextual() && id.textValue().length() <= MAX_NAME_CHARS);
        }

        private static String shortened(String text) {
            return text.length() <= MAX_NAME_CHARS ? text : text.substring(0, MAX_NAME_CHARS);
        }
    }
}
