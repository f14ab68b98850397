package io.auspex.ingest;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The feeds whose history some process has stored, in PostgreSQL. */
@ApplicationScoped
class IngestedFeeds {

    private static final String SAY =
            """
            insert into ingested_feed (feed, timeframe, symbols) values ($1, $2, $3)
            on conflict (feed) do update
            set timeframe = excluded.timeframe, symbols = excluded.symbols, updated_at = now()
            """;

    /** Of several feeds the one whose leader was the last to show that it lives. */
    private static final String FIND =
            """
            select f.feed, f.timeframe, f.symbols from ingested_feed f
            join leader l on l.office = 'ingest:' || f.feed
            where $1::text is null or f.feed = $1
            order by l.heartbeat_at desc limit 1
            """;

    private final Pool pool;

    IngestedFeeds(Pool pool) {
        this.pool = pool;
    }

    /** A feed that is or was ingested. */
    record Ingested(String feed, Timeframe timeframe, List<Symbol> symbols) {

        Ingested {
            symbols = List.copyOf(symbols);
        }

        boolean isSameAs(Ingested other) {
            return feed.equals(other.feed) && timeframe == other.timeframe;
        }
    }

    Uni<Void> say(HistoryLoaded loaded) {
        String[] symbols = loaded.symbols().stream().map(Symbol::name).toArray(String[]::new);
        return pool.preparedQuery(SAY)
                .execute(Tuple.of(loaded.feed(), loaded.timeframe().code(), symbols))
                .replaceWithVoid();
    }

    /**
     * @param feed null for whichever is ingested
     */
    Uni<Optional<Ingested>> find(@Nullable String feed) {
        return pool.preparedQuery(FIND)
                .execute(Tuple.tuple().addString(feed))
                .map(IngestedFeeds::first);
    }

    private static Optional<Ingested> first(RowSet<Row> rows) {
        return rows.stream()
                .findFirst()
                .map(row ->
                        new Ingested(
                                row.getString("feed"),
                                Timeframe.of(row.getString("timeframe")),
                                Stream.of(row.getArrayOfStrings("symbols"))
                                        .map(Symbol::new)
                                        .toList()));
    }
}
