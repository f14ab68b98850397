package io.auspex.backtest;

import io.auspex.market.Symbol;
import io.auspex.platform.Await;
import io.auspex.signals.Action;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the ledger and the candles have of a market's past, for whoever looks back. Blocking: not
 * for an event loop.
 */
@ApplicationScoped
class PastRecords {

    private static final String SIGNALS =
            """
            select close_time, symbol, action, confidence, version from signal
            where feed = $1 and model = $2 and close_time > $3 and close_time <= $4
            order by close_time, symbol
            """;

    private static final String NEWEST_SIGNAL =
            "select max(close_time) from signal where feed = $1 and model = $2";

    private static final String SYMBOLS =
            """
            select distinct symbol from candle
            where feed = $1 and timeframe = $2 and open_time > $3 and open_time <= $4
            limit 1001
            """;

    private final Pool pool;

    PastRecords(Pool pool) {
        this.pool = pool;
    }

    /** What the ledger has of a model, by close time. */
    SortedMap<Long, List<Call>> signals(String feed, String model, long after, long to) {
        return Await.item(() ->
                pool.preparedQuery(SIGNALS)
                        .execute(Tuple.of(feed, model, after, to))
                        .map(rows -> {
                            SortedMap<Long, List<Call>> calls = new TreeMap<>();
                            for (Row row : rows) {
                                calls.computeIfAbsent(
                                                row.getLong("close_time"), _ -> new ArrayList<>())
                                        .add(
                                                new Call(
                                                        new Symbol(row.getString("symbol")),
                                                        Action.valueOf(row.getString("action")),
                                                        row.getDouble("confidence"),
                                                        row.getInteger("version")));
                            }
                            return calls;
                        }));
    }

    /** Close time of the newest signal of a model in the ledger. */
    Optional<Long> newestSignal(String feed, String model) {
        return Await.item(() ->
                pool.preparedQuery(NEWEST_SIGNAL)
                        .execute(Tuple.of(feed, model))
                        .map(rows -> Optional.ofNullable(rows.iterator().next().getLong(0))));
    }

    /** The symbols that have candles in a period, at most 1,001. */
    List<Symbol> symbols(BacktestPeriod period) {
        return Await.item(() ->
                pool.preparedQuery(SYMBOLS)
                        .execute(
                                Tuple.of(
                                        period.feed(),
                                        period.timeframe().code(),
                                        period.from().toEpochMilli()
                                                - period.timeframe().millis()
                                                - 1,
                                        period.to().toEpochMilli() - period.timeframe().millis()))
                        .map(rows ->
                                rows.stream()
                                        .map(row -> new Symbol(row.getString(0)))
                                        .sorted()
                                        .toList()));
    }
}
