package io.auspex.backtest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.backtest.BacktestReport.RefitRow;
import io.auspex.market.Symbol;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.platform.Json;
import io.auspex.retraining.PastRefits.Champion;
import io.auspex.retraining.PastRefits.Result;
import io.auspex.signals.Action;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Backtests and dry runs in PostgreSQL. What a run has done and where it stands are written in one
 * transaction, guarded by the claim: an owner that lost its lease cannot write. Blocking: not for
 * an event loop.
 */
@ApplicationScoped
class BacktestStore {

    /** Trades that are read at once. */
    static final int PAGE = 5_000;

    private static final int MAX_TRIALS = 10_000;

    private static final String COLUMNS =
            """
            id, kind, model, state, phase, percent, remaining_seconds, attempt, position, reason,
            plan::text as plan, created_at, started_at, finished_at
            """;

    private static final String INSERT =
            """
            insert into backtest (kind, model, plan, state)
            select 'BACKTEST', $1, $2::text::jsonb, 'QUEUED'
            where (select count(*) from backtest where kind = 'BACKTEST' and state = 'QUEUED') < $3
            returning id
            """;

    private static final String INSERT_DRY_RUN =
            """
            insert into backtest (kind, model, plan, state, phase, position, progress, started_at)
            values ('DRY_RUN', $1, $2::text::jsonb, 'RUNNING', 'live', $3, $4::text::jsonb, now())
            on conflict (model) where kind = 'DRY_RUN' and state = 'RUNNING' do nothing
            returning id
            """;

    private static final String CLAIM =
            """
            update backtest
            set state = 'RUNNING', owner = $1, lease_until = now() + $2::bigint * interval '1 millisecond',
                attempt = attempt + 1, started_at = coalesce(started_at, now())
            where id = (
                select id from backtest
                where kind = 'BACKTEST'
                  and (state = 'QUEUED' or (state = 'RUNNING' and lease_until < now()))
                order by id
                limit 1
                for update skip locked)
            returning id, model, plan::text as plan, attempt, progress::text as progress
            """;

    private static final String BEAT =
            """
            update backtest
            set lease_until = now() + $3::bigint * interval '1 millisecond', phase = $4, percent = $5,
                remaining_seconds = $6
            where id = $1 and owner = $2 and state = 'RUNNING'
            """;

    private static final String PROGRESS =
            """
            update backtest
            set lease_until = now() + $3::bigint * interval '1 millisecond', position = $4,
                progress = $5::text::jsonb
            where id = $1 and owner = $2 and state = 'RUNNING'
            """;

    /** Whoever is at the same position writes; another process that was faster has won. */
    private static final String DRY_PROGRESS =
            """
            update backtest set position = $3, progress = $4::text::jsonb
            where id = $1 and position = $2 and state = 'RUNNING' and kind = 'DRY_RUN'
            """;

    private static final String END =
            """
            update backtest
            set state = $3, phase = 'done', percent = case when $3 = 'SUCCEEDED' then 100 else percent end,
                remaining_seconds = null, reason = $4, report = $5::text::jsonb, finished_at = now(),
                owner = null, lease_until = null
            where id = $1 and owner = $2 and state = 'RUNNING'
            """;

    private static final String RELEASE =
            """
            update backtest
            set state = 'QUEUED', owner = null, lease_until = null, attempt = attempt - 1
            where id = $1 and owner = $2 and state = 'RUNNING'
            """;

    private static final String CANCEL =
            """
            update backtest
            set state = 'CANCELLED', remaining_seconds = null, finished_at = now(), owner = null,
                lease_until = null
            where id = $1 and state in ('QUEUED', 'RUNNING')
            """;

    private static final String TRADES =
            """
            insert into backtest_trade
            select $1::bigint, t.* from unnest($2::bigint[], $3::text[], $4::text[], $5::integer[],
                $6::float8[], $7::bigint[], $8::bigint[], $9::float8[], $10::bigint[],
                $11::float8[], $12::float8[], $13::float8[], $14::float8[], $15::float8[],
                $16::text[]) as t
            """;

    private static final String DAYS =
            """
            insert into backtest_day
            select $1::bigint, t.day::date, t.equity, t.held, t.exposure, t.drawdown
            from unnest($2::text[], $3::float8[], $4::float8[], $5::float8[], $6::float8[])
                as t (day, equity, held, exposure, drawdown)
            on conflict (backtest, day) do update
                set equity = excluded.equity, held = excluded.held, exposure = excluded.exposure,
                    drawdown = excluded.drawdown
            """;

    private static final String VERSION =
            """
            insert into backtest_version
                (backtest, number, due, decision, reason, unproven, report, onnx, trees)
            values ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8, $9)
            on conflict (backtest, number) do nothing
            """;

    private static final String PRUNE =
            """
            delete from backtest
            where state in ('SUCCEEDED', 'FAILED', 'CANCELLED')
              and id not in (
                select id from backtest
                where state in ('SUCCEEDED', 'FAILED', 'CANCELLED')
                order by id desc
                limit $1)
            """;

    private static final String TRIAL =
            """
            insert into backtest_trial (digest, model, from_time, to_time, sharpe)
            values ($1, $2, $3, $4, $5)
            on conflict (digest) do nothing
            """;

    private static final String PRUNE_TRIALS =
            """
            delete from backtest_trial
            where digest in (
                select digest from backtest_trial order by created_at desc, digest offset $1)
            """;

    private static final String OVERLAPPING =
            """
            select sharpe from backtest_trial
            where model = $1 and from_time <= $3 and to_time >= $2 and digest <> $4
            """;

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

    BacktestStore(Pool pool) {
        this.pool = pool;
    }

    /** Its id; empty when as many wait as may. */
    Optional<Long> insert(BacktestPlan plan, int mostWaiting) {
        return Await.item(() ->
                pool.preparedQuery(INSERT)
                        .execute(Tuple.of(plan.model(), write(plan), mostWaiting))
                        .map(BacktestStore::id));
    }

    /** Its id; empty when the model has a dry run already. */
    Optional<Long> insertDryRun(BacktestPlan plan, RunState begin) {
        return Await.item(() ->
                pool.preparedQuery(INSERT_DRY_RUN)
                        .execute(
                                Tuple.of(
                                        plan.model(),
                                        write(plan),
                                        begin.positionMillis(),
                                        write(begin)))
                        .map(BacktestStore::id));
    }

    /** The oldest that waits, or that its owner has left. */
    Optional<ClaimedBacktest> claim(String owner, Duration lease) {
        return Await.item(() ->
                pool.preparedQuery(CLAIM)
                        .execute(Tuple.of(owner, lease.toMillis()))
                        .map(rows ->
                                first(
                                        rows,
                                        row ->
                                                new ClaimedBacktest(
                                                        row.getLong("id"),
                                                        row.getString("model"),
                                                        read(row, "plan", BacktestPlan.class),
                                                        row.getInteger("attempt"),
                                                        progress(row)))));
    }

    /** Says that it is alive; false when the run is not ours any more. */
    boolean beat(
            long id,
            String owner,
            Duration lease,
            String phase,
            int percent,
            @Nullable Long remainingSeconds) {
        return Await.item(() ->
                pool.preparedQuery(BEAT)
                        .execute(
                                Tuple.tuple()
                                        .addLong(id)
                                        .addString(owner)
                                        .addLong(lease.toMillis())
                                        .addString(phase)
                                        .addInteger(percent)
                                        .addLong(remainingSeconds))
                        .map(rows -> rows.rowCount() == 1));
    }

    /** Writes what has been done; false when the run is not ours any more: nothing is written. */
    boolean progress(
            long id,
            String owner,
            Duration lease,
            RunState state,
            List<PaperTrade> trades,
            List<EquityDay> days) {
        return guarded(
                PROGRESS,
                Tuple.of(id, owner, lease.toMillis(), state.positionMillis(), write(state)),
                connection -> events(connection, id, trades, days));
    }

    /** The same of a dry run, when nobody else has been faster. */
    boolean dryProgress(
            long id, long before, RunState state, List<PaperTrade> trades, List<EquityDay> days) {
        return guarded(
                DRY_PROGRESS,
                Tuple.of(id, before, state.positionMillis(), write(state)),
                connection -> events(connection, id, trades, days));
    }

    /** Writes what came of a refit, with where the run stands. */
    boolean refit(
            long id,
            String owner,
            Duration lease,
            RunState state,
            int number,
            Instant due,
            Result result) {
        Champion champion = result instanceof Result.Promoted promoted ? promoted.champion() : null;
        String decision =
                switch (result) {
                    case Result.Promoted _ -> "promoted";
                    case Result.Rejected _ -> "rejected";
                    case Result.Failed _ -> "failed";
                };
        Tuple version =
                Tuple.tuple()
                        .addLong(id)
                        .addInteger(number)
                        .addLong(due.toEpochMilli())
                        .addString(decision)
                        .addString(result.reason())
                        .addBoolean(champion != null && champion.unproven())
                        .addString(champion == null ? null : champion.report().toString());
        add(version, champion == null ? null : champion.onnx());
        add(version, champion == null ? null : champion.trees());
        return guarded(
                PROGRESS,
                Tuple.of(id, owner, lease.toMillis(), state.positionMillis(), write(state)),
                connection -> connection.preparedQuery(VERSION).execute(version).replaceWithVoid());
    }

    private static void add(Tuple parameters, byte @Nullable [] bytes) {
        if (bytes == null) {
            parameters.addValue(null);
        } else {
            parameters.addBuffer(Buffer.buffer(bytes));
        }
    }

    /** Ends a run; false when it is not ours any more. */
    boolean end(
            long id,
            String owner,
            BacktestState state,
            @Nullable String reason,
            @Nullable BacktestReport report) {
        return Await.item(() ->
                pool.preparedQuery(END)
                        .execute(
                                Tuple.tuple()
                                        .addLong(id)
                                        .addString(owner)
                                        .addString(state.name())
                                        .addString(reason)
                                        .addString(report == null ? null : write(report)))
                        .map(rows -> rows.rowCount() == 1));
    }

    /** Leaves a run to whoever comes next; it does not count as an attempt. */
    void release(long id, String owner) {
        run(RELEASE, Tuple.of(id, owner));
    }

    /** False when it had ended before, or is not there. */
    boolean cancel(long id) {
        return Await.item(() ->
                pool.preparedQuery(CANCEL).execute(Tuple.of(id)).map(rows -> rows.rowCount() == 1));
    }

    /** Takes the oldest away. */
    void prune(int keep) {
        run(PRUNE, Tuple.of(keep));
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
                        .map(rows -> rows.stream().map(BacktestStore::backtest).toList()));
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
                        .map(rows -> rows.stream().map(BacktestStore::backtest).toList()));
    }

    Optional<Backtest> find(long id) {
        return Await.item(() ->
                pool.preparedQuery("select " + COLUMNS + " from backtest where id = $1")
                        .execute(Tuple.of(id))
                        .map(rows -> first(rows, BacktestStore::backtest)));
    }

    /** Where a run stands; empty before its first checkpoint. */
    Optional<RunState> state(long id) {
        return Await.item(() ->
                        pool.preparedQuery(
                                        "select progress::text as progress from backtest where id = $1")
                                .execute(Tuple.of(id))
                                .map(rows -> first(rows, BacktestStore::progress)))
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
                                first(rows, row -> read(row, "report", BacktestReport.class))));
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
                        .map(rows -> rows.stream().map(BacktestStore::trade).toList()));
    }

    /** The last trades, the newest first. */
    List<PaperTrade> lastTrades(long id, int limit) {
        return Await.item(() ->
                pool.preparedQuery(
                                "select * from backtest_trade where backtest = $1"
                                        + " order by number desc limit $2")
                        .execute(Tuple.of(id, limit))
                        .map(rows -> rows.stream().map(BacktestStore::trade).toList()));
    }

    List<EquityDay> days(long id) {
        return Await.item(() ->
                pool.preparedQuery("select * from backtest_day where backtest = $1 order by day")
                        .execute(Tuple.of(id))
                        .map(rows -> rows.stream().map(BacktestStore::day).toList()));
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
                                .map(rows -> first(rows, BacktestStore::champion)))
                .orElseThrow(() ->
                        new IllegalStateException(
                                "refit %d of backtest %d has no model".formatted(number, id)));
    }

    /** Notes that a plan was tried. */
    void trial(String digest, BacktestPlan plan, @Nullable Double sharpe) {
        run(
                TRIAL,
                Tuple.tuple()
                        .addString(digest)
                        .addString(plan.model())
                        .addLong(plan.from().toEpochMilli())
                        .addLong(plan.to().toEpochMilli())
                        .addDouble(sharpe));
        run(PRUNE_TRIALS, Tuple.of(MAX_TRIALS));
    }

    /** The daily Sharpe ratios of other plans for the model on overlapping periods. */
    List<Optional<Double>> trials(String digest, BacktestPlan plan) {
        return Await.item(() ->
                pool.preparedQuery(OVERLAPPING)
                        .execute(
                                Tuple.of(
                                        plan.model(),
                                        plan.from().toEpochMilli(),
                                        plan.to().toEpochMilli(),
                                        digest))
                        .map(rows ->
                                rows.stream()
                                        .map(row -> Optional.ofNullable(row.getDouble(0)))
                                        .toList()));
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

    private interface Within {
        Uni<Void> of(SqlConnection connection);
    }

    private boolean guarded(String guard, Tuple parameters, Within within) {
        return Await.item(() ->
                pool.withTransaction(connection ->
                        connection
                                .preparedQuery(guard)
                                .execute(parameters)
                                .chain(rows ->
                                        rows.rowCount() == 1
                                                ? within.of(connection).replaceWith(true)
                                                : Uni.createFrom().item(false))));
    }

    private static Uni<Void> events(
            SqlConnection connection, long id, List<PaperTrade> trades, List<EquityDay> days) {
        Uni<Void> done = Uni.createFrom().voidItem();
        if (!trades.isEmpty()) {
            done =
                    done.chain(() ->
                            connection
                                    .preparedQuery(TRADES)
                                    .execute(columns(id, trades))
                                    .replaceWithVoid());
        }
        if (!days.isEmpty()) {
            done =
                    done.chain(() ->
                            connection
                                    .preparedQuery(DAYS)
                                    .execute(dayColumns(id, days))
                                    .replaceWithVoid());
        }
        return done;
    }

    private static Tuple columns(long id, List<PaperTrade> trades) {
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

    private static Tuple dayColumns(long id, List<EquityDay> days) {
        return Tuple.tuple()
                .addLong(id)
                .addArrayOfString(
                        days.stream().map(day -> day.day().toString()).toArray(String[]::new))
                .addArrayOfDouble(days.stream().map(EquityDay::equity).toArray(Double[]::new))
                .addArrayOfDouble(days.stream().map(EquityDay::held).toArray(Double[]::new))
                .addArrayOfDouble(days.stream().map(EquityDay::exposure).toArray(Double[]::new))
                .addArrayOfDouble(days.stream().map(EquityDay::drawdown).toArray(Double[]::new));
    }

    private void run(String sql, Tuple parameters) {
        Await.item(() -> pool.preparedQuery(sql).execute(parameters).replaceWithVoid());
    }

    private static Optional<Long> id(RowSet<Row> rows) {
        return first(rows, row -> row.getLong(0));
    }

    private interface Reading<T> {
        T of(Row row);
    }

    private static <T> Optional<T> first(RowSet<Row> rows, Reading<T> reading) {
        return StreamSupport.stream(rows.spliterator(), false).findFirst().map(reading::of);
    }

    private static Backtest backtest(Row row) {
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

    private static PaperTrade trade(Row row) {
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

    private static EquityDay day(Row row) {
        LocalDate day = row.getLocalDate("day");
        return new EquityDay(
                day,
                row.getDouble("equity"),
                row.getDouble("held"),
                row.getDouble("exposure"),
                row.getDouble("drawdown"));
    }

    private static Champion champion(Row row) {
        Buffer trees = row.getBuffer("trees");
        return new Champion(
                row.getInteger("number"),
                row.getBoolean("unproven"),
                read(row, "report", JsonNode.class),
                row.getBuffer("onnx").getBytes(),
                trees == null ? null : trees.getBytes());
    }

    private static Optional<RunState> progress(Row row) {
        return row.getString("progress") == null
                ? Optional.empty()
                : Optional.of(read(row, "progress", RunState.class));
    }

    /** The same for the same plan: a second run of it is no second trial. */
    static String digest(BacktestPlan plan) {
        return HexFormat.of().formatHex(SignalChain.sha256(write(plan)));
    }

    private static String write(Object value) {
        try {
            return Json.mapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of ours is JSON", e);
        }
    }

    private static <T> T read(Row row, String column, Class<T> type) {
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
