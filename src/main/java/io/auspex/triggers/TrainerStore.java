package io.auspex.triggers;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The switch of the trainer, the refreshes of each feed and the runs of refits, in PostgreSQL. */
@ApplicationScoped
class TrainerStore {

    private static final String SWITCH =
            """
            update trainer set running = $1,
                changed_at = case when running = $1 then changed_at else now() end
            """;

    /** Whoever finds the refresh as it was when he looked makes the next one. */
    private static final String CLAIM =
            """
            insert into data_refresh as r (feed, at, message, executions) values ($1, $2, $3, 1)
            on conflict (feed) do update set at = excluded.at, message = excluded.message,
                executions = r.executions + 1,
                retries = r.retries + case when r.failures_in_a_row > 0 then 1 else 0 end
            where r.at is not distinct from $4
            """;

    private static final String SUCCEEDED =
            """
            update data_refresh
            set message = $2, successes = successes + 1, failures_in_a_row = 0 where feed = $1
            """;

    private static final String FAILED =
            """
            update data_refresh
            set message = 'failed: ' || $2, failures = failures + 1,
                failures_in_a_row = failures_in_a_row + 1, last_error = $2, last_error_at = $3
            where feed = $1
            """;

    private static final String REFRESHES =
            """
            select feed as name, executions, successes, failures, retries, last_error, last_error_at
            from data_refresh order by feed
            """;

    /** A reason is kept of what has failed for good, and of what waits for another attempt. */
    private static final String REFITS =
            """
            select m.name, r.executions, r.successes, r.failures, r.retries,
                   e.reason as last_error, e.at as last_error_at
            from model m
            cross join lateral (
                select count(*) filter (where attempt > 0) as executions,
                       count(*) filter (where state = 'SUCCEEDED') as successes,
                       count(*) filter (where state = 'FAILED') as failures,
                       coalesce(sum(greatest(attempt - 1, 0)), 0)::bigint as retries
                from refit_job where model = m.name) r
            left join lateral (
                select reason, coalesce(finished_at, attempt_started_at) as at from refit_job
                where model = m.name and (state = 'FAILED'
                    or state = 'QUEUED' and attempt > 0 and reason is not null)
                order by id desc limit 1) e on true
            order by m.name
            """;

    private final Pool pool;

    @Inject
    TrainerStore(Pool pool) {
        this.pool = pool;
    }

    /**
     * A refresh of a feed.
     *
     * @param at by the clock of the feed
     * @param failuresInARow 0 when the last one that ended succeeded
     */
    record Refresh(Instant at, String message, int failuresInARow) {}

    Uni<Boolean> isRunning() {
        return pool.query("select running from trainer")
                .execute()
                .map(rows -> rows.iterator().next().getBoolean("running"));
    }

    Uni<Void> run(boolean running) {
        return run(pool, running);
    }

    static Uni<Void> run(SqlClient client, boolean running) {
        return client.preparedQuery(SWITCH).execute(Tuple.of(running)).replaceWithVoid();
    }

    Uni<Optional<Refresh>> lastRefresh(String feed) {
        return pool.preparedQuery(
                        "select at, message, failures_in_a_row from data_refresh where feed = $1")
                .execute(Tuple.of(feed))
                .map(rows -> rows.stream().findFirst().map(TrainerStore::refresh));
    }

    /**
     * Notes that a refresh begins.
     *
     * @param last that the caller knows of; null for none
     * @return false when another process was faster
     */
    Uni<Boolean> claim(String feed, Instant now, @Nullable Instant last) {
        return pool.preparedQuery(CLAIM)
                .execute(Tuple.of(feed, utc(now), "under way", last == null ? null : utc(last)))
                .map(changed -> changed.rowCount() == 1);
    }

    Uni<Void> succeeded(String feed, String message) {
        return pool.preparedQuery(SUCCEEDED).execute(Tuple.of(feed, message)).replaceWithVoid();
    }

    /**
     * Notes that a refresh came to nothing.
     *
     * @param at by the clock of the feed
     */
    Uni<Void> failed(String feed, String error, Instant at) {
        return pool.preparedQuery(FAILED).execute(Tuple.of(feed, error, utc(at))).replaceWithVoid();
    }

    /** The refreshes of every feed that had any, then the refits of every model. */
    Uni<List<Runs>> runs() {
        return pool.query(REFRESHES)
                .execute()
                .chain(refreshes ->
                        pool.query(REFITS)
                                .execute()
                                .map(refits ->
                                        Stream.concat(
                                                        runs(Runs.DATA_UPDATE, refreshes),
                                                        runs(Runs.REFIT, refits))
                                                .toList()));
    }

    private static Stream<Runs> runs(String kind, RowSet<Row> rows) {
        return rows.stream().map(row -> runs(kind, row));
    }

    private static Runs runs(String kind, Row row) {
        OffsetDateTime failedAt = row.getOffsetDateTime("last_error_at");
        return new Runs(
                kind,
                row.getString("name"),
                row.getLong("executions"),
                row.getLong("successes"),
                row.getLong("failures"),
                row.getLong("retries"),
                row.getString("last_error"),
                failedAt == null ? null : failedAt.toInstant(),
                null);
    }

    private static Refresh refresh(Row row) {
        return new Refresh(
                row.getOffsetDateTime("at").toInstant(),
                row.getString("message"),
                row.getInteger("failures_in_a_row"));
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
