package io.auspex.backtest;

import io.auspex.platform.Await;
import io.auspex.retraining.PastRefits.Champion;
import io.auspex.retraining.PastRefits.Result;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Backtests and dry runs in PostgreSQL, for whoever carries them out. What a run has done and where
 * it stands are written in one transaction, guarded by the claim: an owner that lost its lease
 * cannot write. Blocking: not for an event loop.
 */
@ApplicationScoped
class BacktestStore {

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

    private final Pool pool;

    BacktestStore(Pool pool) {
        this.pool = pool;
    }

    /** Its id; empty when as many wait as may. */
    Optional<Long> insert(BacktestPlan plan, int mostWaiting) {
        return Await.item(() ->
                pool.preparedQuery(INSERT)
                        .execute(Tuple.of(plan.model(), BacktestRows.write(plan), mostWaiting))
                        .map(BacktestRows::id));
    }

    /** Its id; empty when the model has a dry run already. */
    Optional<Long> insertDryRun(BacktestPlan plan, RunState begin) {
        return Await.item(() ->
                pool.preparedQuery(INSERT_DRY_RUN)
                        .execute(
                                Tuple.of(
                                        plan.model(),
                                        BacktestRows.write(plan),
                                        begin.positionMillis(),
                                        BacktestRows.write(begin)))
                        .map(BacktestRows::id));
    }

    /** The oldest that waits, or that its owner has left. */
    Optional<ClaimedBacktest> claim(String owner, Duration lease) {
        return Await.item(() ->
                pool.preparedQuery(CLAIM)
                        .execute(Tuple.of(owner, lease.toMillis()))
                        .map(rows ->
                                BacktestRows.first(
                                        rows,
                                        row ->
                                                new ClaimedBacktest(
                                                        row.getLong("id"),
                                                        row.getString("model"),
                                                        BacktestRows.read(
                                                                row, "plan", BacktestPlan.class),
                                                        row.getInteger("attempt"),
                                                        BacktestRows.progress(row)))));
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
                Tuple.of(
                        id,
                        owner,
                        lease.toMillis(),
                        state.positionMillis(),
                        BacktestRows.write(state)),
                connection -> events(connection, id, trades, days));
    }

    /** The same of a dry run, when nobody else has been faster. */
    boolean dryProgress(
            long id, long before, RunState state, List<PaperTrade> trades, List<EquityDay> days) {
        return guarded(
                DRY_PROGRESS,
                Tuple.of(id, before, state.positionMillis(), BacktestRows.write(state)),
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
                Tuple.of(
                        id,
                        owner,
                        lease.toMillis(),
                        state.positionMillis(),
                        BacktestRows.write(state)),
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
                                        .addString(
                                                report == null ? null : BacktestRows.write(report)))
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
                                    .execute(BacktestRows.columns(id, trades))
                                    .replaceWithVoid());
        }
        if (!days.isEmpty()) {
            done =
                    done.chain(() ->
                            connection
                                    .preparedQuery(DAYS)
                                    .execute(BacktestRows.dayColumns(id, days))
                                    .replaceWithVoid());
        }
        return done;
    }

    private void run(String sql, Tuple parameters) {
        Await.item(() -> pool.preparedQuery(sql).execute(parameters).replaceWithVoid());
    }
}
