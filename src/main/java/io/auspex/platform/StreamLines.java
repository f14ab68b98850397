package io.auspex.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The messages of {@code /api/stream} as lines for a terminal: one a signal, one a state of a
 * refit. What it does not know it shows as it came.
 */
final class StreamLines {

    private StreamLines() {}

    /** Lines for one message; none when it holds no news. */
    static List<String> of(String message) {
        try {
            JsonNode node = Json.mapper().readTree(message);
            List<String> lines = new ArrayList<>();
            add(lines, node, node.path("data"));
            return lines;
        } catch (JsonProcessingException unreadable) {
            return List.of(message);
        }
    }

    private static void add(List<String> lines, JsonNode message, JsonNode data) {
        if (data.isArray()) {
            data.forEach(element -> add(lines, message, element));
        } else if (data.has("action")) {
            lines.add(signal(data));
        } else if (data.has("state") && data.has("phase")) {
            lines.add(refit(data));
        } else if (message.path("type").asText().equals("error") || message.has("error")) {
            lines.add("error: " + message);
        } else if (data.isObject() && !data.isEmpty()) {
            lines.add(message.path("topic").asText() + " " + data);
        }
    }

    private static String signal(JsonNode signal) {
        String confidence =
                signal.path("confidence").isNumber()
                        ? String.format(Locale.ROOT, "%.3f", signal.path("confidence").asDouble())
                        : "-";
        return "%s  %-10s %-8s %-6s %s v%s  %s%s"
                .formatted(
                        signal.path("close_time").asText(),
                        signal.path("symbol").asText(),
                        signal.path("action").asText(),
                        confidence,
                        signal.path("model").asText(),
                        signal.path("version").asText(),
                        signal.path("reason").asText(),
                        signal.path("unproven").asBoolean() ? "  (unproven)" : "");
    }

    private static String refit(JsonNode refit) {
        String decision = text(refit, "decision");
        String reason = text(refit, "reason");
        return "refit %s of %s: %s, %s %s %%%s%s"
                .formatted(
                        refit.path("id").asText(),
                        refit.path("model").asText(),
                        refit.path("state").asText().toLowerCase(Locale.ROOT),
                        refit.path("phase").asText(),
                        refit.path("percent").asText(),
                        decision.isEmpty() ? "" : ", " + decision,
                        reason.isEmpty() ? "" : ": " + reason);
    }

    private static String text(JsonNode node, String name) {
        JsonNode value = node.path(name);
        return value.isMissingNode() || value.isNull() ? "" : value.asText();
    }
}
