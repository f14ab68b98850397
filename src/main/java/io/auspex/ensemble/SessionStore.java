package io.auspex.ensemble;

import io.auspex.platform.Failure;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sessions and their trades, in PostgreSQL. A running one is owned under a lease; every write of
 * its owner is guarded by it, so that an owner that lost it, or was told to stop, writes nothing
 * more. A checkpoint and the trades up to it are one transaction.
 */
@ApplicationScoped
class SessionStore {

    private static final String UNIQUE_VIOLATION = "23505";

    private static final String COLUMNS =
            """
            id, state, plan::text as plan, closes, progress, trades, checkpoint::text as checkpoint,
            result::text as result, reason, resumed, created_at, finished_at\
            """;

    private static final String INSERT =
            """
            insert into reinforcement_session (id, state, plan, owner, lease_until)
            values ($1, 'RUNNING', $2::text::jsonb, $3,
                    clock_timestamp() + $4 * interval '1 millisecond')
            returning %s
            """
                    .formatted(COLUMNS);

    private static final String CLAIM =
            """
            update reinforcement_session
            set owner = $1, lease_until = clock_timestamp() + $2 * interval '1 millisecond',
                resumed = resumed + 1
            where state = 'RUNNING' and lease_until < clock_timestamp()
            returning %s
            """
                    .formatted(COLUMNS);

    private static final String CHECKPOINT =
            """
            update reinforcement_session
            set checkpoint = $3::text::jsonb, closes = $4, progress = $5, trades = $6,
                lease_until = clock_timestamp() + $7 * interval '1 millisecond'
            where id = $1 and owner = $2 and state = 'RUNNING'
            """;

    private static final String FINISH =
            """
            update reinforcement_session
            set state = $3, result = $4::text::jsonb, reason = $5,
                progress = case when $3 = 'COMPLETED' then 100 else progress end,
                finished_at = clock_timestamp()
            where id = $1 and owner = $2 and state = 'RUNNING'
            """;

    private static final String STOP =
            """
            update reinforcement_session
            set state = 'STOPPED', reason = $2, finished_at = clock_timestamp()
            where state = 'RUNNING' and ($1::text is null or id = $1)
            returning %s
            """
                    .formatted(COLUMNS);

    private static final String RELEASE =
            """
            update reinforcement_session set lease_until = clock_timestamp() - interval '1 second'
            where owner = $1 and state = 'RUNNING'
            """;

    private static final String BY_ID =
            "select %s from reinforcement_session where id = $1".formatted(COLUMNS);

    private static final String NEWEST =
            "select %s from reinforcement_session order by created_at desc limit $1"
                    .formatted(COLUMNS);

    private static final String TRADE =
            """
            insert into trade_result
                (session, number, member, symbol, direction, entry_time, entry_price, exit_time,
                 exit_price, pnl, pnl_percent, confidence, metadata)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::text::jsonb)
            """;

    private static final String PNLS =
            "select member, pnl from trade_result where session = $1 order by member, number";

    private final Pool pool;

    SessionStore(Pool pool) {
        this.pool = pool;
    }

    /** A session and where it is; the checkpoint is null before the first. */
    record Stored(ReinforcementSession session, @Nullable Checkpoint checkpoint) {}

    /**
     * Begins a session.
     *
     * @return fails with CONFLICT {@code session-running} while another one runs
     */
    Uni<ReinforcementSession> insert(String id, SessionPlan plan, String owner, Duration lease) {
        return pool.preparedQuery(INSERT)
                .execute(Tuple.of(id, JsonColumns.write(plan), owner, lease.toMillis()))
                .map(rows -> stored(rows.iterator().next()).session())
                .onFailure(SessionStore::isTaken)
                .transform(_ ->
                        new Failure(
                                Failure.Category.CONFLICT,
                                "session-running",
                                "a session runs already; see GET /api/reinforcement/status, or POST"
                                        + " /api/reinforcement/stop"));
    }

    /** A running session that nobody works on any more, now the caller's; empty when none. */
    Uni<Optional<Stored>> claim(String owner, Duration lease) {
        return pool.preparedQuery(CLAIM).execute(Tuple.of(owner, lease.toMillis())).map(first());
    }

    /**
     * Keeps where a session is, with the trades since the checkpoint before.
     *
     * @return whether the session is still the owner's to go on with; if not nothing was kept
     */
    Uni<Boolean> checkpoint(
            String id,
            String owner,
            Duration lease,
            Checkpoint checkpoint,
            int progress,
            List<Replay.Closed> trades) {
        long number = checkpoint.number();
        Tuple row =
                Tuple.tuple()
                        .addString(id)
                        .addString(owner)
                        .addString(JsonColumns.write(checkpoint))
                        .addLong(checkpoint.closes())
                        .addInteger(progress)
                        .addLong(number)
                        .addLong(lease.toMillis());
        return pool.withTransaction(connection ->
                connection
                        .preparedQuery(CHECKPOINT)
                        .execute(row)
                        .map(RowSet::rowCount)
                        .chain(updated ->
                                updated == 0
                                        ? Uni.createFrom().item(false)
                                        : insert(connection, id, number - trades.size(), trades)
                                                .replaceWith(true)));
    }

    /** Ends a session that is the owner's; whether it was. */
    Uni<Boolean> finish(
            String id,
            String owner,
            ReinforcementSession.State state,
            @Nullable SessionResult result,
            @Nullable String reason) {
        return pool.preparedQuery(FINISH)
                .execute(
                        Tuple.of(
                                id,
                                owner,
                                state.name(),
                                result == null ? null : JsonColumns.write(result),
                                reason))
                .map(rows -> rows.rowCount() > 0);
    }

    /**
     * Ends the session that runs.
     *
     * @param id null for whichever
     */
    Uni<Optional<ReinforcementSession>> stop(@Nullable String id, String reason) {
        return pool.preparedQuery(STOP)
                .execute(Tuple.of(id, reason))
                .map(first())
                .map(found -> found.map(Stored::session));
    }

    /** So that another life of the service need not wait for the lease to end. */
    Uni<Void> release(String owner) {
        return pool.preparedQuery(RELEASE).execute(Tuple.of(owner)).replaceWithVoid();
    }

    Uni<Optional<ReinforcementSession>> session(String id) {
        return pool.preparedQuery(BY_ID)
                .execute(Tuple.of(id))
                .map(first())
                .map(found -> found.map(Stored::session));
    }

    Uni<List<ReinforcementSession>> newest(int limit) {
        return pool.preparedQuery(NEWEST)
                .execute(Tuple.of(limit))
                .map(rows -> rows.stream().map(row -> stored(row).session()).toList());
    }

    /** The results of a session's trades by member, in the order in which they were closed. */
    Uni<Map<String, double[]>> pnls(String session) {
        return pool.preparedQuery(PNLS)
                .execute(Tuple.of(session))
                .map(rows -> {
                    Map<String, List<Double>> byMember = new TreeMap<>();
                    for (Row row : rows) {
                        byMember.computeIfAbsent(row.getString(0), _ -> new ArrayList<>())
                                .add(row.getDouble(1));
                    }
                    Map<String, double[]> pnls = new TreeMap<>();
                    byMember.forEach((member, all) -> pnls.put(member, array(all)));
                    return pnls;
                });
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(value -> value).toArray();
    }

    private static Uni<Void> insert(
            SqlConnection connection, String session, long before, List<Replay.Closed> trades) {
        if (trades.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        List<Tuple> rows = new ArrayList<>();
        List<Tuple> changes = new ArrayList<>();
        long number = before;
        for (Replay.Closed closed : trades) {
            number++;
            PaperTrade trade = closed.trade();
            Learning.Moved moved = closed.moved();
            Map<String, Object> metadata = new TreeMap<>();
            metadata.put("exit_reason", trade.reason());
            if (moved != null) {
                metadata.put("gain", moved.gain());
                metadata.put("weight_before", moved.before());
                metadata.put("weight_after", moved.after());
                Map<String, Object> context = new TreeMap<>();
                context.put("trade", number);
                context.put("symbol", trade.symbol());
                context.put("direction", trade.direction());
                context.put("exit_time", trade.exitMillis());
                context.put("pnl", trade.pnl());
                context.put("gain", moved.gain());
                changes.add(
                        WeightStore.sessionChange(
                                session,
                                trade.member(),
                                moved.before(),
                                moved.after(),
                                trade.pnl() > 0 ? "rewarded for a trade" : "punished for a trade",
                                JsonColumns.write(context)));
            }
            rows.add(row(session, number, trade, JsonColumns.write(metadata)));
        }
        return connection
                .preparedQuery(TRADE)
                .executeBatch(rows)
                .chain(() -> WeightStore.sessionChanges(connection, changes));
    }

    private static Tuple row(String session, long number, PaperTrade trade, String metadata) {
        return Tuple.tuple()
                .addString(session)
                .addLong(number)
                .addString(trade.member())
                .addString(trade.symbol().name())
                .addString(trade.direction().name())
                .addLong(trade.entryMillis())
                .addDouble(trade.entryPrice())
                .addLong(trade.exitMillis())
                .addDouble(trade.exitPrice())
                .addDouble(trade.pnl())
                .addDouble(100 * trade.pnl())
                .addDouble(trade.confidence())
                .addString(metadata);
    }

    private static Function<RowSet<Row>, Optional<Stored>> first() {
        return rows -> rows.stream().findFirst().map(SessionStore::stored);
    }

    private static Stored stored(Row row) {
        String checkpoint = row.getString("checkpoint");
        String result = row.getString("result");
        OffsetDateTime finished = row.getOffsetDateTime("finished_at");
        return new Stored(
                new ReinforcementSession(
                        row.getString("id"),
                        ReinforcementSession.State.valueOf(row.getString("state")),
                        JsonColumns.read(row.getString("plan"), SessionPlan.class),
                        row.getInteger("progress"),
                        row.getLong("closes"),
                        row.getLong("trades"),
                        row.getInteger("resumed"),
                        row.getString("reason"),
                        result == null ? null : JsonColumns.read(result, SessionResult.class),
                        row.getOffsetDateTime("created_at").toInstant(),
                        finished == null ? null : finished.toInstant()),
                checkpoint == null ? null : JsonColumns.read(checkpoint, Checkpoint.class));
    }

    private static boolean isTaken(Throwable failure) {
        return failure instanceof PgException refused
                && UNIQUE_VIOLATION.equals(refused.getSqlState());
    }
}
