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

    /** What a {@link Signal} is read from: everything but the receipt, which few ask for. */
    static final String READ =
            """
            id, epoch, seq, feed, model, version, schema_hash, symbol, timeframe, close_time, close_price, action, reason, \
            confidence, heads, unproven, predicted_profit, p_profit, expires_at, created_at\
            """;

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
                                Double[]::new))
                .addArrayOfLong(column(signals, PendingSignal::expiresAtMillis, Long[]::new))
                .addArrayOfString(column(signals, s -> receipt(s.receipt()), String[]::new));
    }

    static Signal signal(Row row) {
        Timeframe timeframe = Timeframe.of(row.getString("timeframe"));
        long closeTimeMillis = row.getLong("close_time");
        Long expiresAtMillis = row.getLong("expires_at");
        return new Signal(
                row.getString("id"),
                row.getString("epoch"),
                row.getLong("seq"),
                row.getString("feed"),
                row.getString("model"),
                row.getInteger("version"),
                row.getString("schema_hash"),
                new Symbol(row.getString("symbol")),
                timeframe,
                Instant.ofEpochMilli(closeTimeMillis),
                row.getDouble("close_price"),
                Action.valueOf(row.getString("action")),
                row.getString("reason"),
                row.getDouble("confidence"),
                heads(row.getJsonObject("heads")),
                row.getBoolean("unproven"),
                row.getDouble("predicted_profit"),
                row.getDouble("p_profit"),
                Instant.ofEpochMilli(
                        expiresAtMillis == null
                                ? Expiry.UNTIL_THE_NEXT_CLOSE.of(closeTimeMillis, timeframe)
                                : expiresAtMillis),
                row.getOffsetDateTime("created_at").toInstant());
    }

    /** Null for a row that has none. */
    static @Nullable Receipt receipt(Row row) {
        String json = row.getString("receipt");
        try {
            return json == null ? null : Json.mapper().readValue(json, Receipt.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a receipt was written by us", e);
        }
    }

    /**
     * A copy that cannot be changed; {@link Map#copyOf} has another order in every process. JSON
     * has no number for what is not finite: the reason tells of it.
     */
    static Map<Head, Double> inOrder(Map<Head, Double> heads) {
        Map<Head, Double> ordered = new EnumMap<>(Head.class);
        heads.forEach((head, value) -> {
            if (Double.isFinite(value)) {
                ordered.put(head, value);
            }
        });
        return Collections.unmodifiableMap(ordered);
    }

    private static <T extends @Nullable Object> T[] column(
            List<PendingSignal> signals, Function<PendingSignal, T> value, IntFunction<T[]> array) {
        return signals.stream().map(value).toArray(array);
    }

    private static @Nullable String receipt(@Nullable Receipt receipt) {
        return receipt == null ? null : json(receipt);
    }

    private static String json(Object value) {
        try {
            return Json.mapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records and numbers can be written as JSON", e);
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
