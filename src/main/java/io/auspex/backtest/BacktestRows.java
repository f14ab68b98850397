package io.auspex.backtest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.market.Symbol;
import io.auspex.platform.Failure;
import io.auspex.platform.Json;
import io.auspex.retraining.PastRefits.Champion;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Backtests, their trades and their days as rows, and rows as those. */
final class BacktestRows {

    private BacktestRows() {}

    static Tuple columns(long id, List<PaperTrade> trades) {
        return Tuple.tuple()
                .addLong(id)
                .addArrayOfLong(trades.stream().map(PaperTrade::number).toArray(Long[]::new))
                .addArrayOfString(
                        trades.stream().map(trade -> trade.symbol().name()).toArray(String[]::new))
                .addArrayOfString(trades.stream().map(PaperTrade::direction).toArray(String[]::new))
                .addArrayOfInteger(trades.stream().map(PaperTrade::version).toArray(Integer[]::new))
                .addArrayOfDouble(
                        trades.stream().map(PaperTrade::confidence).toArray(Double[]::new))
                .addArrayOfLong(
                        trades.stream()
                                .map(trade -> trade.signalTime().toEpochMilli())
                                .toArray(Long[]::new))
                .addArrayOfLong(
                        trades.stream()
                                .map(trade -> trade.entryTime().toEpochMilli())
                                .toArray(Long[]::new))
                .addArrayOfDouble(
                        trades.stream().map(PaperTrade::entryPrice).toArray(Double[]::new))
                .addArrayOfLong(
                        trades.stream()
                                .map(trade -> trade.exitTime().toEpochMilli())
                                .toArray(Long[]::new))
                .addArrayOfDouble(trades.stream().map(PaperTrade::exitPrice).toArray(Double[]::new))
                .addArrayOfDouble(trades.stream().map(PaperTrade::units).toArray(Double[]::new))
                .addArrayOfDouble(trades.stream().map(PaperTrade::fees).toArray(Double[]::new))
                .addArrayOfDouble(trades.stream().map(PaperTrade::pnl).toArray(Double[]::new))
                .addArrayOfDouble(
                        trades.stream().map(PaperTrade::pnlFraction).toArray(Double[]::new))
                .addArrayOfString(
                        trades.stream().map(trade -> trade.exit().name()).toArray(String[]::new));
    }

    static Tuple dayColumns(long id, List<EquityDay> days) {
        return Tuple.tuple()
                .addLong(id)
                .addArrayOfString(
                        days.stream().map(day -> day.day().toString()).toArray(String[]::new))
                .addArrayOfDouble(days.stream().map(EquityDay::equity).toArray(Double[]::new))
                .addArrayOfDouble(days.stream().map(EquityDay::held).toArray(Double[]::new))
                .addArrayOfDouble(days.stream().map(EquityDay::exposure).toArray(Double[]::new))
                .addArrayOfDouble(days.stream().map(EquityDay::drawdown).toArray(Double[]::new));
    }

    static Optional<Long> id(RowSet<Row> rows) {
        return first(rows, row -> row.getLong(0));
    }

    interface Reading<T> {
        T of(Row row);
    }

    static <T> Optional<T> first(RowSet<Row> rows, Reading<T> reading) {
        return StreamSupport.stream(rows.spliterator(), false).findFirst().map(reading::of);
    }

    static Backtest backtest(Row row) {
        Long position = row.getLong("position");
        return new Backtest(
                row.getLong("id"),
                BacktestKind.valueOf(row.getString("kind")),
                row.getString("model"),
                BacktestState.valueOf(row.getString("state")),
                row.getString("phase"),
                row.getInteger("percent"),
                row.getLong("remaining_seconds"),
                row.getInteger("attempt"),
                position == null ? null : Instant.ofEpochMilli(position),
                row.getString("reason"),
                read(row, "plan", BacktestPlan.class),
                row.getOffsetDateTime("created_at").toInstant(),
                instant(row.getOffsetDateTime("started_at")),
                instant(row.getOffsetDateTime("finished_at")));
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    static PaperTrade trade(Row row) {
        return new PaperTrade(
                row.getLong("number"),
                new Symbol(row.getString("symbol")),
                row.getString("direction"),
                row.getInteger("version"),
                row.getDouble("confidence"),
                Instant.ofEpochMilli(row.getLong("signal_time")),
                Instant.ofEpochMilli(row.getLong("entry_time")),
                row.getDouble("entry_price"),
                Instant.ofEpochMilli(row.getLong("exit_time")),
                row.getDouble("exit_price"),
                row.getDouble("units"),
                row.getDouble("fees"),
                row.getDouble("pnl"),
                row.getDouble("pnl_fraction"),
                ExitReason.valueOf(row.getString("exit")));
    }

    static EquityDay day(Row row) {
        LocalDate day = row.getLocalDate("day");
        return new EquityDay(
                day,
                row.getDouble("equity"),
                row.getDouble("held"),
                row.getDouble("exposure"),
                row.getDouble("drawdown"));
    }

    static Champion champion(Row row) {
        Buffer trees = row.getBuffer("trees");
        return new Champion(
                row.getInteger("number"),
                row.getBoolean("unproven"),
                read(row, "report", JsonNode.class),
                row.getBuffer("onnx").getBytes(),
                trees == null ? null : trees.getBytes());
    }

    static Optional<RunState> progress(Row row) {
        return row.getString("progress") == null
                ? Optional.empty()
                : Optional.of(read(row, "progress", RunState.class));
    }

    static String write(Object value) {
        try {
            return Json.mapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of ours is JSON", e);
        }
    }

    static <T> T read(Row row, String column, Class<T> type) {
        try {
            return Json.mapper().readValue(row.getString(column), type);
        } catch (JsonProcessingException e) {
            throw new Failure(
                    Failure.Category.INTERNAL,
                    "backtest-unreadable",
                    "a stored %s cannot be read: %s".formatted(column, e.getOriginalMessage()),
                    e);
        }
    }
}
