package io.auspex.ensemble;

import io.auspex.market.Symbol;
import io.auspex.model.TradeStatistics;
import io.auspex.platform.Failure;
import io.auspex.trades.Direction;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The trades of sessions, to look at one by one and in groups. */
@ApplicationScoped
public class TradeResults {

    /** Most trades of one page. */
    public static final int MAX_PAGE = 10_000;

    private static final String WHERE =
            """
             where ($1::text is null or session = $1) and ($2::text is null or member = $2)
               and ($3::text is null or symbol = $3) and ($4::text is null or direction = $4)
               and exit_time >= $5 and exit_time <= $6
            """;

    private static final String PAGE =
            "select *, metadata::text as metadata_text from trade_result"
                    + WHERE
                    + " and id > $7 order by id limit $8";

    private static final String FIGURES =
            "select member, symbol, direction, exit_time, pnl from trade_result"
                    + WHERE
                    + " order by session, number limit $7";

    private final Pool pool;
    private final EnsembleConfig config;

    TradeResults(Pool pool, EnsembleConfig config) {
        this.pool = pool;
        this.config = config;
    }

    /**
     * What to look for.
     *
     * @param session null for all
     * @param member null for all
     * @param symbol null for all
     * @param direction null for both
     * @param from earliest exit, inclusive
     * @param to latest exit, inclusive
     */
    public record Filter(
            @Nullable String session,
            @Nullable String member,
            @Nullable Symbol symbol,
            @Nullable Direction direction,
            Instant from,
            Instant to) {

        private Tuple parameters() {
            return Tuple.tuple()
                    .addString(session)
                    .addString(member)
                    .addString(symbol == null ? null : symbol.name())
                    .addString(direction == null ? null : direction.name())
                    .addLong(from.toEpochMilli())
                    .addLong(to.toEpochMilli());
        }
    }

    /** What trades are put together by. */
    public enum Grouping {
        MEMBER,
        SYMBOL,
        /** Of the exit, UTC. */
        HOUR,
        DIRECTION;

        /** The name in a query. */
        public static Grouping of(String text) {
            for (Grouping grouping : values()) {
                if (grouping.name().toLowerCase(Locale.ROOT).equals(text)) {
                    return grouping;
                }
            }
            throw new Failure(
                    Failure.Category.INVALID,
                    "invalid-parameter",
                    "group_by must be member, symbol, hour or direction: '" + text + "'");
        }
    }

    /** The trades of one group and their figures; returns are those of one unit each. */
    public record Group(String key, TradeStatistics statistics) {}

    /**
     * A page of trades in the order in which they were stored.
     *
     * @param after an id; only later ones
     * @param limit 1 to {@link #MAX_PAGE}
     */
    public Uni<List<TradeResult>> page(Filter filter, long after, int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new Failure(
                    Failure.Category.INVALID,
                    "invalid-parameter",
                    "limit must be 1 to " + MAX_PAGE + ": " + limit);
        }
        return pool.preparedQuery(PAGE)
                .execute(filter.parameters().addLong(after).addInteger(limit))
                .map(rows -> rows.stream().map(TradeResults::trade).toList());
    }

    /**
     * Figures of groups, by key.
     *
     * @return fails with INVALID {@code too-many-trades} when the filter leaves more than {@code
     *     auspex.ensemble.analytics-trades}
     */
    public Uni<List<Group>> groups(Filter filter, Grouping grouping) {
        int most = config.analyticsTrades();
        return pool.preparedQuery(FIGURES)
                .execute(filter.parameters().addInteger(most + 1))
                .map(rows -> {
                    if (rows.size() > most) {
                        throw new Failure(
                                Failure.Category.INVALID,
                                "too-many-trades",
                                "more than %d trades; narrow them by session_id, member, symbol, direction, from or to"
                                        .formatted(most));
                    }
                    Map<String, List<Double>> byKey = new TreeMap<>();
                    for (Row row : rows) {
                        byKey.computeIfAbsent(key(row, grouping), _ -> new ArrayList<>())
                                .add(row.getDouble("pnl"));
                    }
                    List<Group> groups = new ArrayList<>();
                    byKey.forEach((key, pnls) -> groups.add(new Group(key, statistics(pnls))));
                    return groups;
                });
    }

    private static TradeStatistics statistics(List<Double> pnls) {
        return TradeStatistics.of(pnls.stream().mapToDouble(pnl -> pnl).toArray());
    }

    private static String key(Row row, Grouping grouping) {
        return switch (grouping) {
            case MEMBER -> row.getString("member");
            case SYMBOL -> row.getString("symbol");
            case DIRECTION -> row.getString("direction");
            case HOUR ->
                    "%02d"
                            .formatted(
                                    Instant.ofEpochMilli(row.getLong("exit_time"))
                                            .atOffset(ZoneOffset.UTC)
                                            .getHour());
        };
    }

    private static TradeResult trade(Row row) {
        return new TradeResult(
                row.getLong("id"),
                row.getString("session"),
                row.getLong("number"),
                row.getString("member"),
                new Symbol(row.getString("symbol")),
                Direction.valueOf(row.getString("direction")),
                Instant.ofEpochMilli(row.getLong("entry_time")),
                row.getDouble("entry_price"),
                Instant.ofEpochMilli(row.getLong("exit_time")),
                row.getDouble("exit_price"),
                row.getDouble("pnl"),
                row.getDouble("pnl_percent"),
                row.getDouble("confidence"),
                Objects.requireNonNull(JsonColumns.node(row.getString("metadata_text"))));
    }
}
