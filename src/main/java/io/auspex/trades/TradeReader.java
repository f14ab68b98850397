package io.auspex.trades;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.market.Symbol;
import io.auspex.platform.Json;
import io.auspex.platform.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads one trade of a batch by itself, so that a bad one spoils no other. */
final class TradeReader {

    private static final Set<String> FIELDS =
            Set.of(
                    "id",
                    "symbol",
                    "direction",
                    "entry_time",
                    "entry_price",
                    "exit_time",
                    "exit_price",
                    "pnl",
                    "pnl_percent",
                    "signal_id",
                    "context");

    private static final Set<String> CONTEXT =
            Set.of(
                    EntryContext.RSI,
                    EntryContext.TREND,
                    EntryContext.VOLATILITY,
                    EntryContext.VOLUME_RATIO,
                    EntryContext.CONFIDENCE);

    private final JsonNode json;

    private TradeReader(JsonNode json) {
        this.json = json;
    }

    /**
     * @throws IllegalArgumentException saying what is wrong, in one clause
     */
    static ReportedTrade read(JsonNode json) {
        if (!json.isObject()) {
            throw new IllegalArgumentException("a trade is a JSON object");
        }
        return new TradeReader(json).trade();
    }

    /** The id, as far as there is one. */
    static @Nullable String id(JsonNode json) {
        JsonNode id = json.path("id");
        return id.isTextual() && id.textValue().length() <= ReportedTrade.MAX_ID_CHARS
                ? id.textValue()
                : null;
    }

    private ReportedTrade trade() {
        json.fieldNames()
                .forEachRemaining(field -> {
                    if (!FIELDS.contains(field)) {
                        throw new IllegalArgumentException("unknown field '" + field + "'");
                    }
                });
        return new ReportedTrade(
                text("id"),
                new Symbol(text("symbol")),
                direction(),
                time("entry_time"),
                number(json, "entry_price"),
                time("exit_time"),
                number(json, "exit_price"),
                number(json, "pnl"),
                number(json, "pnl_percent"),
                json.path("signal_id").isMissingNode() || json.path("signal_id").isNull()
                        ? null
                        : text("signal_id"),
                context(json.path("context")),
                digest());
    }

    private Direction direction() {
        return switch (text("direction")) {
            case "LONG" -> Direction.LONG;
            case "SHORT" -> Direction.SHORT;
            default -> throw new IllegalArgumentException("direction must be LONG or SHORT");
        };
    }

    private static EntryContext context(JsonNode context) {
        if (!context.isMissingNode() && !context.isNull() && !context.isObject()) {
            throw new IllegalArgumentException("context must be an object");
        }
        Map<String, Double> other = new TreeMap<>();
        context.properties()
                .forEach(entry -> {
                    if (!CONTEXT.contains(entry.getKey()) && !entry.getValue().isNull()) {
                        other.put(entry.getKey(), number(context, entry.getKey()));
                    }
                });
        return new EntryContext(
                optional(context, EntryContext.RSI),
                optional(context, EntryContext.TREND),
                optional(context, EntryContext.VOLATILITY),
                optional(context, EntryContext.VOLUME_RATIO),
                optional(context, EntryContext.CONFIDENCE),
                other);
    }

    private static @Nullable Double optional(JsonNode object, String name) {
        return object.path(name).isMissingNode() || object.path(name).isNull()
                ? null
                : number(object, name);
    }

    private String text(String name) {
        JsonNode value = json.path(name);
        if (!value.isTextual()) {
            throw new IllegalArgumentException(
                    value.isMissingNode() ? name + " is missing" : name + " must be a text");
        }
        return value.textValue();
    }

    private static Double number(JsonNode object, String name) {
        JsonNode value = object.path(name);
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw new IllegalArgumentException(
                    value.isMissingNode() ? name + " is missing" : name + " must be a number");
        }
        return value.doubleValue();
    }

    /** ISO 8601, or milliseconds since the Unix epoch. */
    private Instant time(String name) {
        JsonNode value = json.path(name);
        if (value.canConvertToLong() && value.isIntegralNumber()) {
            return Instant.ofEpochMilli(value.longValue());
        }
        try {
            return Instant.ofEpochMilli(Instant.parse(text(name)).toEpochMilli());
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    name + " must be like 2026-01-31T12:00:00Z or milliseconds since 1970", e);
        }
    }

    /** Of the fields in the order of their names, so that the order of writing does not count. */
    private String digest() {
        try {
            byte[] content =
                    Json.mapper().writeValueAsString(sorted(json)).getBytes(StandardCharsets.UTF_8);
            return Sha256.hex(content);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("JSON that was read can be written and hashed", e);
        }
    }

    private static Object sorted(JsonNode node) {
        if (node.isNumber()) {
            return node.doubleValue();
        }
        if (!node.isObject()) {
            return node;
        }
        Map<String, Object> fields = new TreeMap<>();
        node.properties()
                .forEach(entry -> {
                    if (!entry.getValue().isNull()) {
                        fields.put(entry.getKey(), sorted(entry.getValue()));
                    }
                });
        return fields;
    }
}
