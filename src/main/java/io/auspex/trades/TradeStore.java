package io.auspex.trades;

import io.auspex.market.Symbol;
import io.auspex.trades.TradeRows.Pending;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Closed trades in PostgreSQL. A batch is one statement; a row is never changed, the database
 * refuses it.
 */
@ApplicationScoped
public class TradeStore {

    /** Most trades that one read returns. */
    public static final int MAX_LIMIT = 10_000;

    private static final String INSERT =
            """
            insert into closed_trade
                (id, content_sha256, feed, symbol, direction, entry_time, entry_price, exit_time,
                 exit_price, pnl, pnl_percent, signal_id, entry_rsi, entry_trend, entry_volatility,
                 volume_ratio, signal_confidence, reconstructed, other, reporter)
            select id, content_sha256, feed, symbol, direction, entry_time, entry_price, exit_time,
                   exit_price, pnl, pnl_percent, signal_id, entry_rsi, entry_trend,
                   entry_volatility, volume_ratio, signal_confidence, reconstructed::jsonb,
                   other::jsonb, reporter
            from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],
                        $7::float8[], $8::bigint[], $9::float8[], $10::float8[], $11::float8[],
                        $12::text[], $13::float8[], $14::float8[], $15::float8[], $16::float8[],
                        $17::float8[], $18::text[], $19::text[], $20::text[])
                 as t (id, content_sha256, feed, symbol, direction, entry_time, entry_price,
                       exit_time, exit_price, pnl, pnl_percent, signal_id, entry_rsi, entry_trend,
                       entry_volatility, volume_ratio, signal_confidence, reconstructed, other,
                       reporter)
            order by id
            on conflict (id) do nothing
            returning id, stored_at
            """;

    private static final String DIGESTS =
            "select id, content_sha256 from closed_trade where id = any($1::text[])";

    private static final String NEWEST =
            """
            select * from closed_trade
            where ($1::text is null or symbol = $1) and ($2::text is null or direction = $2)
              and ($3::text is null or signal_id = $3)
              and exit_time >= $4 and exit_time <= $5
            order by exit_time desc, id
            limit $6
            """;

    private static final String LAST_CLOSED =
            """
            select * from closed_trade
            where feed is null or feed = $1 or starts_with(feed, $1 || ':')
            order by exit_time desc, id
            limit $2
            """;

    private static final String STORED =
            "select stored_at from closed_trade order by stored_at desc limit $1";

    private final Pool pool;

    TradeStore(Pool pool) {
        this.pool = pool;
    }

    /**
     * What to look for.
     *
     * @param symbol null for all
     * @param direction null for both
     * @param signalId null for any and none
     * @param from earliest exit, inclusive
     * @param to latest exit, inclusive
     */
    public record Filter(
            @Nullable Symbol symbol,
            @Nullable Direction direction,
            @Nullable String signalId,
            Instant from,
            Instant to) {}

    /**
     * Closed trades, the last exit first.
     *
     * @param limit 1 to {@link #MAX_LIMIT}
     */
    public Uni<List<ClosedTrade>> trades(Filter filter, int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT + ": " + limit);
        }
        Tuple parameters =
                Tuple.tuple()
                        .addString(filter.symbol() == null ? null : filter.symbol().name())
                        .addString(filter.direction() == null ? null : filter.direction().name())
                        .addString(filter.signalId())
                        .addLong(filter.from().toEpochMilli())
                        .addLong(filter.to().toEpochMilli())
                        .addInteger(limit);
        return read(NEWEST, parameters);
    }

    /** The newest trades of a feed, or of every feed of a kind, the last exit first. */
    Uni<List<ClosedTrade>> lastClosed(String feed, int limit) {
        return read(LAST_CLOSED, Tuple.of(feed, limit));
    }

    /** Stores what is new; what has an id that is taken is left out. */
    Uni<Map<String, Instant>> insert(List<Pending> trades) {
        if (trades.isEmpty()) {
            return Uni.createFrom().item(Map.of());
        }
        return pool.preparedQuery(INSERT)
                .execute(TradeRows.columns(trades))
                .map(rows -> {
                    Map<String, Instant> stored = new HashMap<>();
                    rows.forEach(row ->
                            stored.put(row.getString(0), row.getOffsetDateTime(1).toInstant()));
                    return stored;
                });
    }

    /** The digests of what was reported under ids, as far as they are taken. */
    Uni<Map<String, String>> digests(List<String> ids) {
        return pool.preparedQuery(DIGESTS)
                .execute(Tuple.tuple().addArrayOfString(ids.toArray(String[]::new)))
                .map(rows -> {
                    Map<String, String> digests = new HashMap<>();
                    rows.forEach(row -> digests.put(row.getString(0), row.getString(1)));
                    return digests;
                });
    }

    /** When the newest trades were stored, the newest first. */
    Uni<List<Instant>> storedAt(int limit) {
        return pool.preparedQuery(STORED)
                .execute(Tuple.of(limit))
                .map(rows ->
                        rows.stream().map(row -> row.getOffsetDateTime(0).toInstant()).toList());
    }

    private Uni<List<ClosedTrade>> read(String sql, Tuple parameters) {
        return pool.preparedQuery(sql)
                .execute(parameters)
                .map(rows -> rows.stream().map(TradeRows::trade).toList());
    }
}
