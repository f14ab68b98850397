package io.auspex.api.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The texts that the server sends. */
final class StreamMessages {

    private StreamMessages() {}

    static String subscribed(JsonNode id, String topic, long seq) {
        Map<String, Object> ack = acknowledgement(id, "subscribe", topic, true);
        ack.put("seq", seq);
        return json(ack);
    }

    static String unsubscribed(JsonNode id, String topic) {
        return json(acknowledgement(id, "unsubscribe", topic, true));
    }

    static String refused(JsonNode id, String op, String topic, String error) {
        Map<String, Object> ack = acknowledgement(id, op, topic, false);
        ack.put("error", error);
        return json(ack);
    }

    /**
     * @param data JSON already
     */
    static String update(String topic, long seq, String type, String data) {
        return "{\"topic\":"
                + json(topic)
                + ",\"seq\":"
                + seq
                + ",\"type\":\""
                + type
                + "\",\"data\":"
                + data
                + "}";
    }

    static String list(JsonNode id, Collection<String> topics, List<String> available) {
        Map<String, Object> list = new LinkedHashMap<>();
        list.put("type", "list");
        list.put("id", id);
        list.put("topics", topics);
        list.put("available", available);
        return json(list);
    }

    static String pong(JsonNode id) {
        Map<String, Object> pong = new LinkedHashMap<>();
        pong.put("type", "pong");
        pong.put("id", id);
        return json(pong);
    }

    static String error(JsonNode id, String reason) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("type", "error");
        error.put("id", id);
        error.put("error", reason);
        return json(error);
    }

    static String json(Object value) {
        try {
            return Json.mapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records can be written as JSON", e);
        }
    }

    private static Map<String, Object> acknowledgement(
            JsonNode id, String op, String topic, boolean ok) {
        Map<String, Object> ack = new LinkedHashMap<>();
        ack.put("type", "ack");
        ack.put("id", id);
        ack.put("op", op);
        ack.put("topic", topic);
        ack.put("ok", ok);
        return ack;
    }
}
