package io.auspex.trades;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.auspex.market.Symbol;
import io.auspex.platform.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Trades as columns of the table: arrays on the way in, rows on the way out. */
final class TradeRows {

    private TradeRows() {}

    /**
     * A trade with the digest of what was reported, on its way into the table.
     *
     * @param reporter pseudonym of whoever reported it; null for nobody in particular
     */
    record Pending(ClosedTrade trade, String contentSha256, @Nullable String reporter) {}

    /** One array a column, in the order of the insert's parameters. */
    static Tuple columns(List<Pending> trades) {
        return Tuple.tuple()
                .addArrayOfString(column(trades, ClosedTrade::id, String[]::new))
                .addArrayOfString(
                        trades.stream().map(Pending::contentSha256).toArray(String[]::new))
                .addArrayOfString(column(trades, ClosedTrade::feed, String[]::new))
                .addArrayOfString(column(trades, t -> t.symbol().name(), String[]::new))
                .addArrayOfString(column(trades, t -> t.direction().name(), String[]::new))
                .addArrayOfLong(column(trades, t -> t.entryTime().toEpochMilli(), Long[]::new))
                .addArrayOfDouble(column(trades, ClosedTrade::entryPrice, Double[]::new))
                .addArrayOfLong(column(trades, t -> t.exitTime().toEpochMilli(), Long[]::new))
                .addArrayOfDouble(column(trades, ClosedTrade::exitPrice, Double[]::new))
                .addArrayOfDouble(column(trades, ClosedTrade::pnl, Double[]::new))
                .addArrayOfDouble(column(trades, ClosedTrade::pnlPercent, Double[]::new))
                .addArrayOfString(column(trades, ClosedTrade::signalId, String[]::new))
                .addArrayOfDouble(column(trades, t -> t.context().rsi(), Double[]::new))
                .addArrayOfDouble(column(trades, t -> t.context().trend(), Double[]::new))
                .addArrayOfDouble(column(trades, t -> t.context().volatility(), Double[]::new))
                .addArrayOfDouble(column(trades, t -> t.context().volumeRatio(), Double[]::new))
                .addArrayOfDouble(column(trades, t -> t.context().confidence(), Double[]::new))
                .addArrayOfString(column(trades, t -> json(t.reconstructed()), String[]::new))
                .addArrayOfString(column(trades, t -> json(t.context().other()), String[]::new))
                .addArrayOfString(trades.stream().map(Pending::reporter).toArray(String[]::new));
    }

    static ClosedTrade trade(Row row) {
        return new ClosedTrade(
                row.getString("id"),
                row.getString("feed"),
                new Symbol(row.getString("symbol")),
                Direction.valueOf(row.getString("direction")),
                Instant.ofEpochMilli(row.getLong("entry_time")),
                row.getDouble("entry_price"),
                Instant.ofEpochMilli(row.getLong("exit_time")),
                row.getDouble("exit_price"),
                row.getDouble("pnl"),
                row.getDouble("pnl_percent"),
                row.getString("signal_id"),
                new EntryContext(
                        row.getDouble("entry_rsi"),
                        row.getDouble("entry_trend"),
                        row.getDouble("entry_volatility"),
                        row.getDouble("volume_ratio"),
                        row.getDouble("signal_confidence"),
                        numbers(row.getJsonObject("other"))),
                texts(row.getJsonArray("reconstructed")),
                row.getOffsetDateTime("stored_at").toInstant());
    }

    private static Map<String, Double> numbers(JsonObject json) {
        Map<String, Double> numbers = new TreeMap<>();
        json.forEach(
                entry -> numbers.put(entry.getKey(), ((Number) entry.getValue()).doubleValue()));
        return numbers;
    }

    private static List<String> texts(JsonArray json) {
        return json.stream().map(String::valueOf).toList();
    }

    private static <T extends @Nullable Object> T[] column(
            List<Pending> trades, Function<ClosedTrade, T> value, IntFunction<T[]> array) {
        return trades.stream().map(Pending::trade).map(value).toArray(array);
    }

    private static String json(Object value) {
        try {
            return Json.mapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers can be written as JSON", e);
        }
    }
}
