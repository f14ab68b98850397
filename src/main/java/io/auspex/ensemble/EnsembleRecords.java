package io.auspex.ensemble;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.platform.Await;
import io.auspex.signals.Receipt;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the ledger has of the ensemble's past: which weights, versions and calibrations spoke of
 * which closes. The ledger knows it by the time of the market; the clock on the wall would say
 * nothing of a replay or a simulated market. Blocking: not for an event loop.
 */
@ApplicationScoped
class EnsembleRecords {

    /** Only where something changes; a close that nobody spoke of changes nothing. */
    private static final String VERSIONS =
            """
            select close_time, version from (
                select close_time, version, lag(version) over (order by close_time) as before
                from (
                    select close_time, max(version) as version from signal
                    where feed = $1 and model = $2 and close_time >= $3 and close_time <= $4
                      and action <> 'MISSED'
                    group by close_time) as closes) as changes
            where before is null or before <> version
            order by close_time
            limit $5
            """;

    private static final String CALIBRATIONS =
            """
            select close_time, artefact from (
                select close_time, artefact, lag(artefact) over (order by close_time) as before
                from (
                    select close_time, max(member ->> 'artefact') as artefact
                    from signal, jsonb_array_elements(receipt -> 'members') as member
                    where feed = $1 and model = $2 and close_time >= $3 and close_time <= $4
                      and member ->> 'name' = $6 and member ->> 'left_out' is null
                    group by close_time) as closes) as changes
            where before is null or before <> artefact
            order by close_time
            limit $5
            """;

    /** Of closes that spoke of a member, whether it counted or was left out. */
    private static final String ANSWERS =
            """
            select close_time, symbol, member::text as member
            from signal, jsonb_array_elements(receipt -> 'members') as member
            where feed = $1 and model = $2 and close_time >= $3 and close_time <= $4
              and member ->> 'name' = $5
            """;

    private static final String ANSWERED =
            """
            select count(distinct close_time) as closes
            from signal, jsonb_array_elements(receipt -> 'members') as member
            where feed = $1 and model = $2 and close_time >= $3 and close_time <= $4
              and member ->> 'name' = $5 and member ->> 'left_out' is null
            """;

    private static final String FIRST =
            """
            select min(close_time) from signal
            where feed = $1 and model = $2 and timeframe = $3 and action <> 'MISSED'
            """;

    private final Pool pool;

    EnsembleRecords(Pool pool) {
        this.pool = pool;
    }

    /**
     * Something that counts from a close on.
     *
     * @param closeMillis the first close
     */
    record From<T>(long closeMillis, T value) {}

    /**
     * The versions of a model that spoke in a period, each from its first close on; those of the
     * ensemble are revisions of the weights.
     *
     * @param most of them; one more says that there are more
     */
    List<From<Integer>> versions(String feed, String model, long from, long to, int most) {
        return changes(
                VERSIONS,
                Tuple.tuple()
                        .addString(feed)
                        .addString(model)
                        .addLong(from)
                        .addLong(to)
                        .addInteger(most + 1),
                row -> row.getInteger("version"));
    }

    /** What the indicator rules were calibrated on in a period, by its identity. */
    List<From<String>> calibrations(String feed, long from, long to, int most) {
        return changes(
                CALIBRATIONS,
                Tuple.tuple()
                        .addString(feed)
                        .addString(Members.ENSEMBLE)
                        .addLong(from)
                        .addLong(to)
                        .addInteger(most + 1)
                        .addString(Members.TRADING),
                row -> row.getString("artefact"));
    }

    /** What receipts have of a member, by close time and symbol, from a close to another. */
    Map<Long, Map<Symbol, Receipt.Member>> answers(String feed, String member, long from, long to) {
        return Await.item(() ->
                pool.preparedQuery(ANSWERS)
                        .execute(Tuple.of(feed, Members.ENSEMBLE, from, to, member))
                        .map(rows -> {
                            Map<Long, Map<Symbol, Receipt.Member>> answers = new HashMap<>();
                            for (Row row : rows) {
                                answers.computeIfAbsent(
                                                row.getLong("close_time"), _ -> new HashMap<>())
                                        .put(
                                                new Symbol(row.getString("symbol")),
                                                JsonColumns.read(
                                                        row.getString("member"),
                                                        Receipt.Member.class));
                            }
                            return answers;
                        }));
    }

    /** In how many closes of a period a member counted. */
    long answered(String feed, String member, long from, long to) {
        return Await.item(() ->
                pool.preparedQuery(ANSWERED)
                        .execute(Tuple.of(feed, Members.ENSEMBLE, from, to, member))
                        .map(rows -> rows.iterator().next().getLong("closes")));
    }

    private <T> List<From<T>> changes(String sql, Tuple parameters, Function<Row, T> value) {
        return Await.item(() ->
                pool.preparedQuery(sql)
                        .execute(parameters)
                        .map(rows -> {
                            List<From<T>> changes = new ArrayList<>();
                            for (Row row : rows) {
                                changes.add(
                                        new From<>(row.getLong("close_time"), value.apply(row)));
                            }
                            return changes;
                        }));
    }

    /** The first close that the ensemble spoke of; empty when it never did. */
    Optional<Long> first(String feed, Timeframe timeframe) {
        return Await.item(() ->
                pool.preparedQuery(FIRST)
                        .execute(Tuple.of(feed, Members.ENSEMBLE, timeframe.code()))
                        .map(rows -> Optional.ofNullable(rows.iterator().next().getLong(0))));
    }
}
