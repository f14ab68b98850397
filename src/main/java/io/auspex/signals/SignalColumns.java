package io.auspex.signals;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.platform.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Signals as columns of the table: arrays on the way in, rows on the way out. */
final class SignalColumns {

    private SignalColumns() {}

    /** One array a column, in the order of the append's parameters. */
    static Tuple of(List<PendingSignal> signals) {
        return Tuple.tuple()
                .addArrayOfString(column(signals, PendingSignal::feed, String[]::new))
                .addArrayOfString(column(signals, PendingSignal::model, String[]::new))
                .addArrayOfInteger(column(signals, PendingSignal::version, Integer[]::new))
                .addArrayOfString(column(signals, PendingSignal::schemaHash, String[]::new))
                .addArrayOfString(column(signals, s -> s.symbol().name(), String[]::new))
                .addArrayOfString(column(signals, s -> s.timeframe().code(), String[]::new))
                .addArrayOfLong(column(signals, PendingSignal::closeTimeMillis, Long[]::new))
                .addArrayOfDouble(column(signals, PendingSignal::closePrice, Double[]::new))
                .addArrayOfString(column(signals, s -> s.decision().action().name(), String[]::new))
                .addArrayOfString(column(signals, s -> s.decision().reason(), String[]::new))
                .addArrayOfDouble(column(signals, s -> s.decision().confidence(), Double[]::new))
                .addArrayOfString(column(signals, s -> json(s.heads()), String[]::new))
                .addArrayOfBoolean(column(signals, PendingSignal::unproven, Boolean[]::new))
                .addArrayOfDouble(
                        column(
                                signals,
                                s -> s.outlook() == null ? null : s.outlook().predictedProfit(),
                                Double[]::new))
                .addArrayOfDouble(
                        column(
                                signals,
                                s -> s.outlook() == null ? null : s.outlook().pProfit(),
                                Double[]::new));
    }

    static Signal signal(Row row) {
        return new Signal(
                row.getString("id"),
                row.getString("epoch"),
                row.getLong("seq"),
                row.getString("feed"),
                row.getString("model"),
                row.getInteger("version"),
                row.getString("schema_hash"),
                new Symbol(row.getString("symbol")),
                Timeframe.of(row.getString("timeframe")),
                Instant.ofEpochMilli(row.getLong("close_time")),
                row.getDouble("close_price"),
                Action.valueOf(row.getString("action")),
                row.getString("reason"),
                row.getDouble("confidence"),
                heads(row.getJsonObject("heads")),
                row.getBoolean("unproven"),
                row.getDouble("predicted_profit"),
                row.getDouble("p_profit"),
                row.getOffsetDateTime("created_at").toInstant());
    }

    /** A copy that cannot be changed; {@link Map#copyOf} has another order in every process. */
    static Map<Head, Double> inOrder(Map<Head, Double> heads) {
        Map<Head, Double> ordered = new EnumMap<>(Head.class);
        ordered.putAll(heads);
        return Collections.unmodifiableMap(ordered);
    }

    private static <T extends @Nullable Object> T[] column(
            List<PendingSignal> signals, Function<PendingSignal, T> value, IntFunction<T[]> array) {
        return signals.stream().map(value).toArray(array);
    }

    private static String json(Map<Head, Double> heads) {
        try {
            return Json.mapper().writeValueAsString(heads);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("numbers by name can be written as JSON", e);
        }
    }

    private static Map<Head, Double> heads(JsonObject json) {
        Map<Head, Double> heads = new EnumMap<>(Head.class);
        for (Map.Entry<String, Object> entry : json) {
            heads.put(Head.of(entry.getKey()), ((Number) entry.getValue()).doubleValue());
        }
        return heads;
    }
}
