package io.auspex.triggers;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The switch of the trainer and the last refresh of each feed, in PostgreSQL. */
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
            insert into data_refresh as r (feed, at, message) values ($1, $2, $3)
            on conflict (feed) do update set at = excluded.at, message = excluded.message
            where r.at is not distinct from $4
            """;

    private static final String SAY = "update data_refresh set message = $2 where feed = $1";

    private final Pool pool;

    @Inject
    TrainerStore(Pool pool) {
        this.pool = pool;
    }

    /**
     * A refresh of a feed.
     *
     * @param at by the clock of the feed
     */
    record Refresh(Instant at, String message) {}

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
        return pool.preparedQuery("select at, message from data_refresh where feed = $1")
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

    Uni<Void> say(String feed, String message) {
        return pool.preparedQuery(SAY).execute(Tuple.of(feed, message)).replaceWithVoid();
    }

    private static Refresh refresh(Row row) {
        return new Refresh(row.getOffsetDateTime("at").toInstant(), row.getString("message"));
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
