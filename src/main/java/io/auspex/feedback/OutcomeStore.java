package io.auspex.feedback;

import io.auspex.market.Symbol;
import io.auspex.model.Head;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes beside the signals, in PostgreSQL: written once, in the order of closes; the database
 * refuses to change them. How far a feed and model are is kept with them, in the same statement.
 */
@ApplicationScoped
public class OutcomeStore {

    /** Most outcomes that one statement writes and one read returns. */
    static final int MAX_BATCH = 20_000;

    private static final String CURSORS = "select feed, model, close_time from outcome_cursor";

    private static final String DUE =
            """
            select id, version, symbol, close_time, close_price, heads from signal
            where model = $1 and feed = $2 and close_time > $3 and close_time <= $4
            order by close_time, symbol limit $5
            """;

    private static final String WRITE =
            """
            with moved as (
                insert into outcome_cursor (feed, model, close_time) values ($8, $9, $10)
                on conflict (feed, model) do update
                set close_time = greatest(outcome_cursor.close_time, excluded.close_time)
            )
            insert into signal_outcome (signal_id, outcome_time, realised_return, went_up, went_down,
                                        stopped, reason)
            select * from unnest($1::text[], $2::bigint[], $3::double precision[], $4::boolean[],
                                 $5::boolean[], $6::boolean[], $7::text[])
            on conflict (signal_id) do nothing
            """;

    private static final String BY_ID = "select * from signal_outcome where signal_id = any($1)";

    /** Since the version took over; the newest, oldest of them first. */
    private static final String JUDGED =
            """
            select * from (
                select s.id, s.version, s.symbol, s.close_time, s.close_price, s.heads, o.*
                from signal s join signal_outcome o on o.signal_id = s.id
                where s.model = $1 and s.version = $2 and s.heads <> '{}'::jsonb
                  and o.went_up is not null
                  and s.created_at >= coalesce(
                      (select max(p.created_at) from promotion p where p.model = $1), '-infinity')
                order by s.close_time desc, s.symbol desc limit $3) newest
            order by close_time, symbol
            """;

    /** What champions said before the present one took over; the newest, oldest of them first. */
    private static final String BEFORE =
            """
            select * from (
                select s.id, s.version, s.symbol, s.close_time, s.close_price, s.heads, o.*
                from signal s join signal_outcome o on o.signal_id = s.id
                where s.model = $1 and s.heads <> '{}'::jsonb and o.went_up is not null
                  and s.close_time > $2 and s.close_time % $3 = 0
                  and s.created_at <
                      (select max(p.created_at) from promotion p where p.model = $1)
                order by s.close_time desc, s.symbol desc limit $4) newest
            order by close_time, symbol
            """;

    private static final String COUNT_JUDGED =
            """
            select count(*) as judged
            from signal s join signal_outcome o on o.signal_id = s.id
            where s.model = $1 and s.version = $2 and s.heads <> '{}'::jsonb
              and o.went_up is not null
              and s.created_at >= coalesce(
                  (select max(p.created_at) from promotion p where p.model = $1), '-infinity')
            """;

    private static final String JUDGED_TOGETHER =
            """
            select * from (
                select s.id, s.version, s.symbol, s.close_time, s.close_price, s.heads, o.*
                from signal s join signal_outcome o on o.signal_id = s.id
                where s.model = $1 and s.feed = $2 and s.heads <> '{}'::jsonb
                  and o.went_up is not null
                order by s.close_time desc, s.symbol desc limit $3) newest
            order by close_time, symbol
            """;

    private static final String COUNT_TOGETHER =
            """
            select count(*) as judged
            from signal s join signal_outcome o on o.signal_id = s.id
            where s.model = $1 and s.feed = $2 and s.heads <> '{}'::jsonb
              and o.went_up is not null
            """;

    private final Pool pool;

    OutcomeStore(Pool pool) {
        this.pool = pool;
    }

    /** Signals of one feed and model: outcomes follow their closes. */
    record Stream(String feed, String model) {}

    /** A signal and what became of it. */
    record Judged(DueSignal signal, SignalOutcome outcome) {}

    /** The outcomes of signals by their ids; one that has none yet is left out. */
    public Uni<Map<String, SignalOutcome>> outcomes(List<String> signalIds) {
        return pool.preparedQuery(BY_ID)
                .execute(Tuple.of((Object) signalIds.toArray(String[]::new)))
                .map(OutcomeStore::byId);
    }

    /** Up to which close the signals of each stream have their outcomes. */
    Uni<Map<Stream, Long>> cursors() {
        return pool.query(CURSORS).execute().map(OutcomeStore::cursors);
    }

    /** Signals after a close up to another, ordered by time, at most {@link #MAX_BATCH}. */
    Uni<List<DueSignal>> due(Stream stream, long afterMillis, long toMillis) {
        return pool.preparedQuery(DUE)
                .execute(Tuple.of(stream.model(), stream.feed(), afterMillis, toMillis, MAX_BATCH))
                .map(rows -> rows.stream().map(OutcomeStore::signal).toList());
    }

    /**
     * Writes outcomes and how far the stream is with them. One that is there already stays.
     *
     * @return how many were new
     */
    Uni<Integer> write(Stream stream, List<SignalOutcome> outcomes, long cursorMillis) {
        Tuple columns =
                Tuple.tuple()
                        .addArrayOfString(column(outcomes, SignalOutcome::signalId, String[]::new))
                        .addArrayOfLong(
                                column(outcomes, o -> o.outcomeTime().toEpochMilli(), Long[]::new))
                        .addArrayOfDouble(
                                column(outcomes, SignalOutcome::realisedReturn, Double[]::new))
                        .addArrayOfBoolean(column(outcomes, SignalOutcome::wentUp, Boolean[]::new))
                        .addArrayOfBoolean(
                                column(outcomes, SignalOutcome::wentDown, Boolean[]::new))
                        .addArrayOfBoolean(column(outcomes, SignalOutcome::stopped, Boolean[]::new))
                        .addArrayOfString(column(outcomes, SignalOutcome::reason, String[]::new))
                        .addString(stream.feed())
                        .addString(stream.model())
                        .addLong(cursorMillis);
        return pool.preparedQuery(WRITE).execute(columns).map(RowSet::rowCount);
    }

    /** How many outcomes of a version that spoke are known since it took over. */
    Uni<Long> judgedCount(String model, int version) {
        return pool.preparedQuery(COUNT_JUDGED)
                .execute(Tuple.of(model, version))
                .map(rows -> rows.iterator().next().getLong("judged"));
    }

    /** The newest of them, oldest first. */
    Uni<List<Judged>> judged(String model, int version, int limit) {
        return pool.preparedQuery(JUDGED)
                .execute(Tuple.of(model, version, limit))
                .map(OutcomeStore::judged);
    }

    /**
     * What became of the signals of earlier champions, oldest first; at most the newest {@link
     * #MAX_BATCH}.
     *
     * @param afterMillis closes up to here are passed over
     * @param stepMillis only closes that are multiples of it
     */
    Uni<List<Judged>> before(String model, long afterMillis, long stepMillis) {
        return pool.preparedQuery(BEFORE)
                .execute(Tuple.of(model, afterMillis, stepMillis, MAX_BATCH))
                .map(OutcomeStore::judged);
    }

    private static List<Judged> judged(RowSet<Row> rows) {
        return rows.stream().map(row -> new Judged(signal(row), outcome(row))).toList();
    }

    /** How many outcomes of signals that spoke are known, of all versions. */
    Uni<Long> judgedCount(Stream stream) {
        return pool.preparedQuery(COUNT_TOGETHER)
                .execute(Tuple.of(stream.model(), stream.feed()))
                .map(rows -> rows.iterator().next().getLong("judged"));
    }

    /** The newest of them, oldest first. */
    Uni<List<Judged>> judged(Stream stream, int limit) {
        return pool.preparedQuery(JUDGED_TOGETHER)
                .execute(Tuple.of(stream.model(), stream.feed(), limit))
                .map(rows ->
                        rows.stream().map(row -> new Judged(signal(row), outcome(row))).toList());
    }

    private static Map<Stream, Long> cursors(RowSet<Row> rows) {
        Map<Stream, Long> cursors = new HashMap<>();
        for (Row row : rows) {
            cursors.put(
                    new Stream(row.getString("feed"), row.getString("model")),
                    row.getLong("close_time"));
        }
        return cursors;
    }

    private static Map<String, SignalOutcome> byId(RowSet<Row> rows) {
        Map<String, SignalOutcome> found = new HashMap<>();
        for (Row row : rows) {
            SignalOutcome outcome = outcome(row);
            found.put(outcome.signalId(), outcome);
        }
        return found;
    }

    private static DueSignal signal(Row row) {
        Map<Head, Double> heads = new EnumMap<>(Head.class);
        JsonObject json = row.getJsonObject("heads");
        for (Map.Entry<String, Object> entry : json) {
            heads.put(Head.of(entry.getKey()), ((Number) entry.getValue()).doubleValue());
        }
        return new DueSignal(
                row.getString("id"),
                row.getInteger("version"),
                new Symbol(row.getString("symbol")),
                row.getLong("close_time"),
                row.getDouble("close_price"),
                heads);
    }

    private static SignalOutcome outcome(Row row) {
        return new SignalOutcome(
                row.getString("signal_id"),
                Instant.ofEpochMilli(row.getLong("outcome_time")),
                row.getDouble("realised_return"),
                row.getBoolean("went_up"),
                row.getBoolean("went_down"),
                row.getBoolean("stopped"),
                row.getString("reason"));
    }

    private static <T extends @Nullable Object> T[] column(
            List<SignalOutcome> outcomes,
            Function<SignalOutcome, T> value,
            IntFunction<T[]> array) {
        return outcomes.stream().map(value).toArray(array);
    }
}
