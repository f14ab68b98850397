package io.auspex.api.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The texts that the server sends outside of topics. */
final class StreamMessages {

    private StreamMessages() {}

    static Frame subscribed(JsonNode id, String topic, String epoch, long seq) {
        Map<String, Object> ack = acknowledgement(id, "subscribe", topic, true);
        ack.put("epoch", epoch);
        ack.put("seq", seq);
        return frame(ack);
    }

    /** The answer to a subscription that said where it had stopped. */
    static Frame subscribed(
            JsonNode id, String topic, String epoch, long seq, boolean isRecovered) {
        Map<String, Object> ack = acknowledgement(id, "subscribe", topic, true);
        ack.put("epoch", epoch);
        ack.put("seq", seq);
        ack.put("recovered", isRecovered);
        return frame(ack);
    }

    static Frame unsubscribed(JsonNode id, String topic) {
        return frame(acknowledgement(id, "unsubscribe", topic, true));
    }

    static Frame refused(JsonNode id, String op, String topic, String error) {
        Map<String, Object> ack = acknowledgement(id, op, topic, false);
        ack.put("error", error);
        return frame(ack);
    }

    static Frame authenticated(JsonNode id) {
        return frame(answer("ack", id, Map.of("op", "auth", "ok", true)));
    }

    static Frame notAuthenticated(JsonNode id, String error) {
        Map<String, Object> ack = answer("ack", id, Map.of("op", "auth", "ok", false));
        ack.put("error", error);
        return frame(ack);
    }

    static Frame list(JsonNode id, Collection<String> topics, List<String> available) {
        Map<String, Object> list = answer("list", id, Map.of());
        list.put("topics", topics);
        list.put("available", available);
        return frame(list);
    }

    static Frame pong(JsonNode id) {
        return frame(answer("pong", id, Map.of()));
    }

    static Frame error(JsonNode id, String reason) {
        return frame(answer("error", id, Map.of("error", reason)));
    }

    /** For all connections. */
    static Frame heartbeat(Instant now) {
        Map<String, Object> heartbeat = new LinkedHashMap<>();
        heartbeat.put("type", "heartbeat");
        heartbeat.put("ts_sent", now);
        return Frame.shared(json(heartbeat));
    }

    /** For all connections. */
    static Frame shutdown(Instant now, Duration grace) {
        Map<String, Object> shutdown = new LinkedHashMap<>();
        shutdown.put("type", "server_shutdown");
        shutdown.put("ts_sent", now);
        shutdown.put("closes_in_millis", grace.toMillis());
        shutdown.put("reconnect", true);
        return Frame.shared(json(shutdown));
    }

    static byte[] json(Object value) {
        try {
            return Json.mapper().writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records can be written as JSON", e);
        }
    }

    private static Frame frame(Map<String, Object> message) {
        return Frame.of(json(message));
    }

    private static Map<String, Object> acknowledgement(
            JsonNode id, String op, String topic, boolean ok) {
        Map<String, Object> ack = answer("ack", id, Map.of());
        ack.put("op", op);
        ack.put("topic", topic);
        ack.put("ok", ok);
        return ack;
    }

    private static Map<String, Object> answer(
            String type, JsonNode id, Map<String, Object> others) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("type", type);
        answer.put("id", id);
        answer.putAll(others);
        return answer;
    }
}
