package io.auspex.api.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import io.auspex.signals.PendingSignal;
import io.auspex.signals.TradeOutlook;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
        return frame(authentication(id, true));
    }

    static Frame notAuthenticated(JsonNode id, String error) {
        Map<String, Object> ack = authentication(id, false);
        ack.put("error", error);
        return frame(ack);
    }

    static Frame list(JsonNode id, Collection<String> topics, List<String> available) {
        Map<String, Object> list = answer("list", id);
        list.put("topics", topics);
        list.put("available", available);
        return frame(list);
    }

    static Frame pong(JsonNode id) {
        return frame(answer("pong", id));
    }

    static Frame error(JsonNode id, String reason) {
        Map<String, Object> error = answer("error", id);
        error.put("error", reason);
        return frame(error);
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

    /** What a signal says that is not in the ledger yet. */
    static byte[] provisional(PendingSignal signal) {
        TradeOutlook outlook = signal.outlook();
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        data.put("durable", false);
        data.put("feed", signal.feed());
        data.put("model", signal.model());
        data.put("version", signal.version());
        data.put("schema_hash", signal.schemaHash());
        data.put("symbol", signal.symbol());
        data.put("timeframe", signal.timeframe());
        data.put("close_time", Instant.ofEpochMilli(signal.closeTimeMillis()));
        data.put("close_price", signal.closePrice());
        data.put("action", signal.decision().action());
        data.put("reason", signal.decision().reason());
        data.put("confidence", signal.decision().confidence());
        data.put("heads", signal.heads());
        data.put("unproven", signal.unproven());
        data.put("predicted_profit", outlook == null ? null : outlook.predictedProfit());
        data.put("p_profit", outlook == null ? null : outlook.pProfit());
        data.put("expires_at", Instant.ofEpochMilli(signal.expiresAtMillis()));
        return json(data);
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
        Map<String, Object> ack = answer("ack", id);
        ack.put("op", op);
        ack.put("topic", topic);
        ack.put("ok", ok);
        return ack;
    }

    private static Map<String, Object> authentication(JsonNode id, boolean ok) {
        Map<String, Object> ack = answer("ack", id);
        ack.put("op", "auth");
        ack.put("ok", ok);
        return ack;
    }

    private static Map<String, Object> answer(String type, JsonNode id) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("type", type);
        answer.put("id", id);
        return answer;
    }
}
