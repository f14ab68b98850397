package io.auspex.backtest;

import io.auspex.backtest.BacktestReport.RefitRow;
import io.auspex.platform.Await;
import io.auspex.retraining.PastRefits.Champion;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What backtests and dry runs have done so far and what came of it, for whoever asks. Blocking: not
 * for an event loop.
 */
@ApplicationScoped
class BacktestArchive {

    /** Trades that are read at once. */
    static final int PAGE = 5_000;

    private static final String COLUMNS =
            """
            id, kind, model, state, phase, percent, remaining_seconds, attempt, position, reason,
            plan::text as plan, created_at, started_at, finished_at
            """;

    private final Pool pool;

    BacktestArchive(Pool pool) {
        this.pool = pool;
    }

    /** Newest first. */
    List<Backtest> list(@Nullable BacktestKind kind, int limit) {
        return Await.item(() ->
                pool.preparedQuery(
                                "select "
                                        + COLUMNS
                                        + " from backtest where $1::text is null or kind = $1"
                                        + " order by id desc limit $2")
                        .execute(
                                Tuple.tuple()
                                        .addString(kind == null ? null : kind.name())
                                        .addInteger(limit))
                        .map(rows -> rows.stream().map(BacktestRows::backtest).toList()));
    }

    /** The running dry runs by model. */
    List<Backtest> dryRuns() {
        return Await.item(() ->
                pool.query(
                                "select "
                                        + COLUMNS
                                        + " from backtest where kind = 'DRY_RUN' and state = 'RUNNING'"
                                        + " order by model")
                        .execute()
                        .map(rows -> rows.stream().map(BacktestRows::backtest).toList()));
    }

    Optional<Backtest> find(long id) {
        return Await.item(() ->
                pool.preparedQuery("select " + COLUMNS + " from backtest where id = $1")
                        .execute(Tuple.of(id))
                        .map(rows -> BacktestRows.first(rows, BacktestRows::backtest)));
    }

    /** Where a run stands; empty before its first checkpoint. */
    Optional<RunState> state(long id) {
        return Await.item(() ->
                        pool.preparedQuery(
                                        "select progress::text as progress from backtest where id = $1")
                                .execute(Tuple.of(id))
                                .map(rows -> BacktestRows.first(rows, BacktestRows::progress)))
                .flatMap(found -> found);
    }

    /** The report as it was written at the end. */
    Optional<BacktestReport> report(long id) {
        return Await.item(() ->
                pool.preparedQuery(
                                "select report::text as report from backtest"
                                        + " where id = $1 and report is not null")
                        .execute(Tuple.of(id))
                        .map(rows ->
                                BacktestRows.first(
                                        rows,
                                        row ->
                                                BacktestRows.read(
                                                        row, "report", BacktestReport.class))));
    }

    /**
     * Trades in their order, at most {@link #PAGE}.
     *
     * @param after number of the last one that is known; 0 for none
     */
    List<PaperTrade> trades(long id, long after) {
        return Await.item(() ->
                pool.preparedQuery(
                                "select * from backtest_trade where backtest = $1 and number > $2"
                                        + " order by number limit "
                                        + PAGE)
                        .execute(Tuple.of(id, after))
                        .map(rows -> rows.stream().map(BacktestRows::trade).toList()));
    }

    /** The last trades, the newest first. */
    List<PaperTrade> lastTrades(long id, int limit) {
        return Await.item(() ->
                pool.preparedQuery(
                                "select * from backtest_trade where backtest = $1"
                                        + " order by number desc limit $2")
                        .execute(Tuple.of(id, limit))
                        .map(rows -> rows.stream().map(BacktestRows::trade).toList()));
    }

    List<EquityDay> days(long id) {
        return Await.item(() ->
                pool.preparedQuery("select * from backtest_day where backtest = $1 order by day")
                        .execute(Tuple.of(id))
                        .map(rows -> rows.stream().map(BacktestRows::day).toList()));
    }

    /** What came of the refits of a run. */
    List<RefitRow> refits(long id) {
        return Await.item(() ->
                pool.preparedQuery(
                                "select number, due, decision, reason from backtest_version"
                                        + " where backtest = $1 order by number")
                        .execute(Tuple.of(id))
                        .map(rows ->
                                rows.stream()
                                        .map(row ->
                                                new RefitRow(
                                                        row.getInteger("number"),
                                                        Instant.ofEpochMilli(row.getLong("due")),
                                                        row.getString("decision"),
                                                        row.getString("reason")))
                                        .toList()));
    }

    /** The model that a refit of a run has made. */
    Champion champion(long id, int number) {
        return Await.item(() ->
                        pool.preparedQuery(
                                        "select number, unproven, report::text as report, onnx, trees"
                                                + " from backtest_version"
                                                + " where backtest = $1 and number = $2"
                                                + " and onnx is not null")
                                .execute(Tuple.of(id, number))
                                .map(rows -> BacktestRows.first(rows, BacktestRows::champion)))
                .orElseThrow(() ->
                        new IllegalStateException(
                                "refit %d of backtest %d has no model".formatted(number, id)));
    }
}
