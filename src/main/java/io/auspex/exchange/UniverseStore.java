package io.auspex.exchange;

import io.auspex.exchange.Universe.Standing;
import io.auspex.market.Symbol;
import io.auspex.platform.Await;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Universes in PostgreSQL. Blocking: for virtual threads. */
@ApplicationScoped
class UniverseStore {

    private static final String MEMBERS =
            "select symbol, member, inside, outside from universe_member where feed = $1";
    private static final String RANKED = "select ranked_at from universe_ranking where feed = $1";
    private static final String REMOVE = "delete from universe_member where feed = $1";
    private static final String ADD =
            """
            insert into universe_member (feed, symbol, member, inside, outside, since)
            values ($1, $2, $3, $4, $5, $6)
            """;
    private static final String MARK =
            """
            insert into universe_ranking (feed, ranked_at) values ($1, $2)
            on conflict (feed) do update set ranked_at = excluded.ranked_at
            """;

    private final Pool pool;

    UniverseStore(Pool pool) {
        this.pool = pool;
    }

    /** The universe of a feed; the empty one when there is none yet. */
    Universe universe(String feed) {
        return Await.item(() ->
                pool.preparedQuery(MEMBERS).execute(Tuple.of(feed)).map(UniverseStore::universe));
    }

    /** When the symbols of a feed were last ranked. */
    Optional<Instant> rankedAt(String feed) {
        return Await.item(() ->
                pool.preparedQuery(RANKED)
                        .execute(Tuple.of(feed))
                        .map(rows -> {
                            for (Row row : rows) {
                                return Optional.of(row.getOffsetDateTime(0).toInstant());
                            }
                            return Optional.empty();
                        }));
    }

    /** Replaces the universe of a feed, in one transaction. */
    void save(String feed, Universe universe, Instant rankedAt) {
        OffsetDateTime at = rankedAt.atOffset(ZoneOffset.UTC);
        List<Tuple> rows = new ArrayList<>();
        universe.standings()
                .forEach((symbol, standing) ->
                        rows.add(
                                Tuple.from(
                                        List.of(
                                                feed,
                                                symbol.name(),
                                                standing.member(),
                                                standing.inside(),
                                                standing.outside(),
                                                at))));
        Await.item(() ->
                pool.withTransaction(connection ->
                        connection
                                .preparedQuery(REMOVE)
                                .execute(Tuple.of(feed))
                                .chain(() -> add(rows, connection))
                                .chain(() ->
                                        connection
                                                .preparedQuery(MARK)
                                                .execute(Tuple.of(feed, at)))));
    }

    private static Uni<?> add(
            List<Tuple> rows, io.vertx.mutiny.sqlclient.SqlConnection connection) {
        return rows.isEmpty()
                ? Uni.createFrom().voidItem()
                : connection.preparedQuery(ADD).executeBatch(rows);
    }

    private static Universe universe(RowSet<Row> rows) {
        SortedMap<Symbol, Standing> standings = new TreeMap<>();
        for (Row row : rows) {
            standings.put(
                    new Symbol(row.getString(0)),
                    new Standing(row.getBoolean(1), row.getInteger(2), row.getInteger(3)));
        }
        return new Universe(standings);
    }
}
