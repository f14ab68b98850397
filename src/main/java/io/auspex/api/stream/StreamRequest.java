package io.auspex.api.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.NullNode;
import io.auspex.platform.Json;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a client may send. The id is a string, a number or null, and comes back in the answer. */
sealed interface StreamRequest {

    /** Longest id and longest topic in characters. */
    int MAX_NAME_CHARS = 128;

    JsonNode id();

    record Subscribe(JsonNode id, List<Wanted> topics) implements StreamRequest {}

    record Unsubscribe(JsonNode id, List<String> topics) implements StreamRequest {}

    record ListTopics(JsonNode id) implements StreamRequest {}

    record Ping(JsonNode id) implements StreamRequest {}

    /** A token; it is not printed. */
    record Auth(JsonNode id, String token) implements StreamRequest {
        @Override
        public String toString() {
            return "Auth[" + id + "]";
        }
    }

    /**
     * A topic, from now on or from where a subscription before it had stopped.
     *
     * @param since null for from now on
     */
    record Wanted(String topic, @Nullable Since since) {}

    /** The last that a client has had of a topic. */
    record Since(String epoch, long seq) {}

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
            return new Malformed(id, "op must be one of subscribe, unsubscribe, list, ping, auth");
        }
        String also =
                switch (op.textValue()) {
                    case "subscribe", "unsubscribe" -> "topics";
                    case "auth" -> "token";
                    default -> "op";
                };
        for (String field : message.propertyStream().map(Map.Entry::getKey).toList()) {
            if (!Set.of("op", "id").contains(field) && !field.equals(also)) {
                return new Malformed(id, "unknown field '" + Reading.shortened(field) + "'");
            }
        }
        return switch (op.textValue()) {
            case "ping" -> new Ping(id);
            case "list" -> new ListTopics(id);
            case "subscribe" -> subscribe(message.path("topics"), id, maxTopics);
            case "unsubscribe" -> unsubscribe(message.path("topics"), id, maxTopics);
            case "auth" -> auth(message.path("token"), id);
            default ->
                    new Malformed(
                            id,
                            "unknown op '"
                                    + Reading.shortened(op.textValue())
                                    + "'; use subscribe, unsubscribe, list, ping or auth");
        };
    }

    private static StreamRequest auth(JsonNode token, JsonNode id) {
        return token.isTextual() && !token.textValue().isEmpty()
                ? new Auth(id, token.textValue())
                : new Malformed(id, "token must be a string");
    }

    private static StreamRequest subscribe(JsonNode array, JsonNode id, int maxTopics) {
        Map<String, Wanted> topics = new LinkedHashMap<>();
        if (!isBetween(array, maxTopics)) {
            return new Malformed(
                    id,
                    "topics must be an array of 1 to "
                            + maxTopics
                            + " strings or {\"topic\",\"epoch\",\"since\"}");
        }
        for (JsonNode topic : array) {
            Optional<Wanted> wanted = topic.isObject() ? resumed(topic) : named(topic);
            if (wanted.isEmpty()) {
                return new Malformed(
                        id,
                        topic.isObject()
                                ? "to resume takes exactly topic and epoch, strings of at most "
                                        + MAX_NAME_CHARS
                                        + " characters, and since, a whole number from 0"
                                : topicRule());
            }
            topics.put(wanted.get().topic(), wanted.get());
        }
        return new Subscribe(id, List.copyOf(topics.values()));
    }

    private static StreamRequest unsubscribe(JsonNode array, JsonNode id, int maxTopics) {
        if (!isBetween(array, maxTopics)) {
            return new Malformed(id, "topics must be an array of 1 to " + maxTopics + " strings");
        }
        Set<String> topics = new LinkedHashSet<>();
        for (JsonNode topic : array) {
            if (!Reading.isName(topic)) {
                return new Malformed(id, topicRule());
            }
            topics.add(topic.textValue());
        }
        return new Unsubscribe(id, List.copyOf(topics));
    }

    private static boolean isBetween(JsonNode array, int maxTopics) {
        return array.isArray() && !array.isEmpty() && array.size() <= maxTopics;
    }

    private static String topicRule() {
        return "a topic is a string of at most " + MAX_NAME_CHARS + " characters";
    }

    private static Optional<Wanted> named(JsonNode topic) {
        return Reading.isName(topic)
                ? Optional.of(new Wanted(topic.textValue(), null))
                : Optional.empty();
    }

    private static Optional<Wanted> resumed(JsonNode topic) {
        JsonNode name = topic.path("topic");
        JsonNode epoch = topic.path("epoch");
        JsonNode since = topic.path("since");
        return topic.size() == 3
                        && Reading.isName(name)
                        && Reading.isName(epoch)
                        && since.isIntegralNumber()
                        && since.canConvertToLong()
                        && since.longValue() >= 0
                ? Optional.of(
                        new Wanted(
                                name.textValue(), new Since(epoch.textValue(), since.longValue())))
                : Optional.empty();
    }

    /** How messages are read. */
    final class Reading {

        private static final ObjectReader READER =
                Json.mapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

        private Reading() {}

        private static boolean isId(JsonNode id) {
            return id.isNull() || id.isNumber() || isName(id);
        }

        private static boolean isName(JsonNode name) {
            return name.isTextual() && name.textValue().length() <= MAX_NAME_CHARS;
        }

        private static String shortened(String text) {
            return text.length() <= MAX_NAME_CHARS ? text : text.substring(0, MAX_NAME_CHARS);
        }
    }
}
