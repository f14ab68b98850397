package io.auspex.kafka;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** How far each channel has got, in PostgreSQL. */
@ApplicationScoped
class SentPositions {

    private static final String FIND = "select epoch, seq from sent_to_kafka where channel = $1";

    private static final String SAVE =
            """
            insert into sent_to_kafka (channel, epoch, seq) values ($1, $2, $3)
            on conflict (channel) do update
            set seq = case when sent_to_kafka.epoch = excluded.epoch
                           then greatest(sent_to_kafka.seq, excluded.seq) else excluded.seq end,
                epoch = excluded.epoch, updated_at = now()
            """;

    private final Pool pool;

    SentPositions(Pool pool) {
        this.pool = pool;
    }

    /**
     * @param epoch empty while nothing was ever sent
     * @param position everything up to here was acknowledged
     */
    record Sent(String epoch, long position) {}

    Uni<Optional<Sent>> find(String channel) {
        return pool.preparedQuery(FIND)
                .execute(Tuple.of(channel))
                .map(rows -> rows.stream().findFirst().map(SentPositions::sent));
    }

    Uni<Void> save(String channel, Sent sent) {
        return pool.preparedQuery(SAVE)
                .execute(Tuple.of(channel, sent.epoch(), sent.position()))
                .replaceWithVoid();
    }

    private static Sent sent(Row row) {
        return new Sent(row.getString("epoch"), row.getLong("seq"));
    }
}
