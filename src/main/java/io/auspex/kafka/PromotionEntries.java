package io.auspex.kafka;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Promotions and rollbacks, keyed by model. */
@ApplicationScoped
class PromotionEntries implements EntrySource {

    private static final String ANY = "select 1 from promotion where id > $1 limit 1";

    /** Waits for those under way: numbers are taken before they are committed. */
    private static final String SETTLE = "lock table promotion in share mode";

    private static final String AFTER =
            """
            select id, kind, model, version, previous, reason, created_at from promotion
            where id > $1 order by id limit $2
            """;

    private static final String NEWEST = "select coalesce(max(id), 0) as newest from promotion";

    private static final String EPOCH = "promotions";

    private final Pool pool;

    PromotionEntries(Pool pool) {
        this.pool = pool;
    }

    @Override
    public String channel() {
        return "model-events";
    }

    @Override
    public Uni<List<Entry>> after(long position, int limit) {
        return pool.preparedQuery(ANY)
                .execute(Tuple.of(position))
                .chain(any ->
                        any.size() == 0
                                ? Uni.createFrom().item(List.of())
                                : pool.withTransaction(
                                        session -> settled(session, position, limit)));
    }

    @Override
    public Uni<Long> newest() {
        return pool.query(NEWEST).execute().map(rows -> rows.iterator().next().getLong("newest"));
    }

    private static Uni<List<Entry>> settled(SqlConnection session, long position, int limit) {
        return session.query(SETTLE)
                .execute()
                .chain(_ -> session.preparedQuery(AFTER).execute(Tuple.of(position, limit)))
                .map(rows -> rows.stream().map(PromotionEntries::entry).toList());
    }

    private static Entry entry(Row row) {
        ModelEvent event =
                new ModelEvent(
                        row.getLong("id"),
                        row.getString("kind"),
                        row.getString("model"),
                        row.getInteger("version"),
                        row.getInteger("previous"),
                        row.getString("reason"),
                        row.getOffsetDateTime("created_at").toInstant());
        return new Entry(
                EPOCH,
                event.id(),
                event.model(),
                "promotion-" + event.id(),
                SignalEntries.json(event));
    }
}
