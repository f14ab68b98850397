package io.auspex.signals;

import io.auspex.market.Symbol;
import io.auspex.platform.NotTheLeader;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The append-only record of every signal, in PostgreSQL. A sequence number is given with the
 * insert, by the same statement that moves the head: numbers are gap-free, and what is visible is
 * numbered. Rows are never changed; the database refuses it.
 *
 * <p>Plain SQL through the reactive client, not entities: the one append is one statement over
 * arrays, and the reads share its mapping.
 */
@ApplicationScoped
public class SignalLedger {

    /** Most signals that one append takes and one read returns. */
    public static final int MAX_BATCH = 10_000;

    /** A race with another appender of the same close is decided by the first to commit. */
    private static final int RACE_ATTEMPTS = 5;

    private static final String UNIQUE_VIOLATION = "23505";

    /** Classes of SQL states: no such feature, bad data, constraints, syntax or names, raised. */
    private static final List<String> REFUSALS =
            List.of("0A", "22", "23", "42", "P0", NotTheLeader.SQL_STATE);

    /** A cause may be its own cause's cause. */
    private static final int MAX_CAUSES = 16;

    /**
     * What is stored already is found and returned; the rest is counted, takes that many numbers
     * from the head and is inserted in the order given. When another transaction appends the same
     * close at the same time, the unique key refuses the later statement as a whole, its numbers
     * included; run again, it finds what the other has stored.
     */
    private static final String APPEND =
            """
            with incoming as (
                select *
                from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[],
                            $7::bigint[], $8::double precision[], $9::text[], $10::text[],
                            $11::double precision[], $12::text[], $13::boolean[],
                            $14::double precision[], $15::double precision[],
                            $16::bigint[], $17::text[])
                     with ordinality
                     as t (feed, model, version, schema_hash, symbol, timeframe, close_time,
                           close_price, action, reason, confidence, heads, unproven, predicted_profit,
                           p_profit, expires_at, receipt, place)
            ), stored as (
                select s.* from signal s join incoming i using (feed, model, symbol, close_time)
            ), fresh as materialized (
                select i.*, row_number() over (order by i.place) as number
                from incoming i
                where not exists (
                    select 1 from stored s
                    where s.feed = i.feed and s.model = i.model
                      and s.symbol = i.symbol and s.close_time = i.close_time)
            ), head as (
                update ledger_head set seq = seq + (select count(*) from fresh)
                where only_row and exists (select 1 from fresh)
                returning epoch, seq - (select count(*) from fresh) as base,
                          clock_timestamp() as stored_at
            ), inserted as (
                insert into signal (id, epoch, seq, feed, model, version, schema_hash, symbol,
                                    timeframe, close_time, close_price, action, reason, confidence,
                                    heads, unproven, predicted_profit, p_profit, expires_at, receipt,
                                    created_at)
                select h.epoch || '-' || (h.base + f.number), h.epoch, h.base + f.number, f.feed,
                       f.model, f.version, f.schema_hash, f.symbol, f.timeframe, f.close_time,
                       f.close_price, f.action, f.reason, f.confidence, f.heads::jsonb, f.unproven,
                       f.predicted_profit, f.p_profit, f.expires_at, f.receipt::jsonb,
                       h.stored_at
                from fresh f cross join head h
                order by f.number
                returning *
            )
            select %1$s from stored union all select %1$s from inserted order by seq
            """
                    .formatted(SignalColumns.READ);

    private static final String AFTER =
            """
            select %s from signal
            where epoch = (select epoch from ledger_head) and seq > $1
            order by seq limit $2
            """
                    .formatted(SignalColumns.READ);

    private static final String AFTER_OF_SYMBOL =
            """
            select %s from signal
            where epoch = (select epoch from ledger_head) and symbol = $3 and seq > $1
            order by seq limit $2
            """
                    .formatted(SignalColumns.READ);

    private static final String NEWEST =
            """
            select %s from signal
            where epoch = (select epoch from ledger_head)
            order by seq desc limit $1
            """
                    .formatted(SignalColumns.READ);

    private static final String NEWEST_OF_SYMBOL =
            """
            select %s from signal
            where epoch = (select epoch from ledger_head) and symbol = $2
            order by seq desc limit $1
            """
                    .formatted(SignalColumns.READ);

    private static final String BY_ID =
            "select %s from signal where id = $1".formatted(SignalColumns.READ);

    private static final String BY_IDS =
            "select %s from signal where id = any($1::text[])".formatted(SignalColumns.READ);

    private static final String PAGE =
            """
            select %s from signal
            where epoch = (select epoch from ledger_head) and seq > $1 and seq <= $2
              and ($4::text is null or symbol = $4) and ($5::text is null or model = $5)
              and ($6::bigint is null or close_time >= $6)
              and ($7::bigint is null or close_time < $7)
            order by seq limit $3
            """
                    .formatted(SignalColumns.READ);

    private static final String RECEIPT =
            "select receipt::text as receipt from signal where id = $1";

    private static final String NEWEST_CLOSE =
            "select max(close_time) as newest from signal where feed = $1";

    private static final String MODELS_OF_FEED =
            """
            with recursive spoken as (
                (select model from signal where feed = $1 order by model limit 1)
                union all
                select (select s.model from signal s
                        where s.feed = $1 and s.model > p.model order by s.model limit 1)
                from spoken p where p.model is not null
            )
            select model from spoken where model is not null
            """;

    private static final String HEAD = "select seq from ledger_head";

    private static final String EPOCH = "select epoch from ledger_head";

    private static final String COUNT =
            """
            select count(*) as number from (
                select 1 from signal
                where epoch = (select epoch from ledger_head)
                  and ($1::text is null or symbol = $1) and seq > $2
                limit $3) as some
            """;

    /** One step of the index per symbol, however long the ledger is. */
    private static final String LATEST_OF_EACH_SYMBOL =
            """
            with recursive latest as (
                (select s.* from signal s order by s.symbol desc, s.seq desc limit 1)
                union all
                select n.*
                from latest l cross join lateral (
                    select s.* from signal s
                    where s.symbol < l.symbol
                    order by s.symbol desc, s.seq desc limit 1) n
            )
            select %s from latest limit $1
            """
                    .formatted(SignalColumns.READ);

    private final Pool pool;

    SignalLedger(Pool pool) {
        this.pool = pool;
    }

    /**
     * Appends the signals of one close in one statement. One that is stored already, by feed,
     * model, symbol and close time, is returned as it was stored and takes no number.
     *
     * @return one signal for each given, by increasing sequence
     */
    public Uni<List<Signal>> append(List<PendingSignal> signals) {
        if (signals.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        requireDistinct(signals);
        Tuple columns = SignalColumns.of(signals);
        return pool.preparedQuery(APPEND)
                .execute(columns)
                .onFailure(SignalLedger::isRace)
                .retry()
                .atMost(RACE_ATTEMPTS)
                .map(SignalLedger::signals);
    }

    /**
     * The signals after a sequence number, oldest first.
     *
     * @param symbol null for all
     * @param limit 1 to {@link #MAX_BATCH}
     */
    public Uni<List<Signal>> after(@Nullable Symbol symbol, long seq, int limit) {
        requireLimit(limit);
        return symbol == null
                ? read(AFTER, Tuple.of(seq, limit))
                : read(AFTER_OF_SYMBOL, Tuple.of(seq, limit, symbol.name()));
    }

    /** Signals between two sequence numbers, the second included, oldest first. */
    Uni<List<Signal>> page(SignalFilter filter, long afterSeq, long toSeq, int limit) {
        Symbol symbol = filter.symbol();
        Instant from = filter.from();
        Instant to = filter.to();
        return read(
                PAGE,
                Tuple.tuple()
                        .addLong(afterSeq)
                        .addLong(toSeq)
                        .addInteger(limit)
                        .addString(symbol == null ? null : symbol.name())
                        .addString(filter.model())
                        .addLong(from == null ? null : (Long) from.toEpochMilli())
                        .addLong(to == null ? null : (Long) to.toEpochMilli()));
    }

    /** The newest signals, oldest of them first. */
    public Uni<List<Signal>> newest(@Nullable Symbol symbol, int limit) {
        requireLimit(limit);
        Uni<List<Signal>> newestFirst =
                symbol == null
                        ? read(NEWEST, Tuple.of(limit))
                        : read(NEWEST_OF_SYMBOL, Tuple.of(limit, symbol.name()));
        return newestFirst.map(List::reversed);
    }

    public Uni<Optional<Signal>> signal(String id) {
        return read(BY_ID, Tuple.of(id)).map(found -> found.stream().findFirst());
    }

    /**
     * Signals by their ids, at most {@link #MAX_BATCH} of them; those there are not are left out.
     */
    public Uni<Map<String, Signal>> signals(Collection<String> ids) {
        requireLimit(Math.max(1, ids.size()));
        return read(BY_IDS, Tuple.tuple().addArrayOfString(ids.toArray(String[]::new)))
                .map(found ->
                        found.stream().collect(Collectors.toMap(Signal::id, signal -> signal)));
    }

    /** What a signal was made of; empty when there is no such signal, or no receipt of it. */
    public Uni<Optional<Receipt>> receipt(String id) {
        return pool.preparedQuery(RECEIPT)
                .execute(Tuple.of(id))
                .map(rows -> rows.stream().findFirst().map(SignalColumns::receipt));
    }

    /** The newest close of a feed that has signals; empty when none has. */
    Uni<OptionalLong> newestClose(String feed) {
        return pool.preparedQuery(NEWEST_CLOSE)
                .execute(Tuple.of(feed))
                .map(rows -> rows.iterator().next().getLong("newest"))
                .map(newest ->
                        newest == null ? OptionalLong.empty() : OptionalLong.of((long) newest));
    }

    /** The models that have spoken of a feed. */
    Uni<Set<String>> modelsOf(String feed) {
        return pool.preparedQuery(MODELS_OF_FEED)
                .execute(Tuple.of(feed))
                .map(rows ->
                        rows.stream()
                                .map(row -> row.getString("model"))
                                .collect(Collectors.toSet()));
    }

    /** The sequence number of the newest signal; 0 when there is none. */
    public Uni<Long> head() {
        return pool.query(HEAD).execute().map(rows -> rows.iterator().next().getLong("seq"));
    }

    /** Within which the sequence counts; another one for every database. */
    public Uni<String> epoch() {
        return pool.query(EPOCH).execute().map(rows -> rows.iterator().next().getString("epoch"));
    }

    /**
     * How many signals there are after a sequence number, counted up to a limit.
     *
     * @param symbol null for all
     */
    public Uni<Long> count(@Nullable Symbol symbol, long seq, int limit) {
        return pool.preparedQuery(COUNT)
                .execute(Tuple.of(symbol == null ? null : symbol.name(), seq, limit))
                .map(rows -> rows.iterator().next().getLong("number"));
    }

    /** The newest signal of every symbol. */
    Uni<List<Signal>> latestOfEachSymbol(int limit) {
        return read(LATEST_OF_EACH_SYMBOL, Tuple.of(limit));
    }

    private Uni<List<Signal>> read(String sql, Tuple parameters) {
        return pool.preparedQuery(sql).execute(parameters).map(SignalLedger::signals);
    }

    private static List<Signal> signals(RowSet<Row> rows) {
        return rows.stream().map(SignalColumns::signal).toList();
    }

    private static boolean isRace(Throwable failure) {
        return failure instanceof PgException refused
                && UNIQUE_VIOLATION.equals(refused.getSqlState());
    }

    /**
     * Whether the database was there and did not want the statement, today or ever: bad data, a
     * constraint, a missing table. Everything else is a database that is away.
     */
    static boolean isRefusal(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            if (cause instanceof IllegalArgumentException) {
                return true;
            }
            if (cause instanceof PgException refused) {
                String state = String.valueOf(refused.getSqlState());
                return REFUSALS.stream().anyMatch(state::startsWith);
            }
            cause = cause.getCause();
        }
        return false;
    }

    private static void requireDistinct(List<PendingSignal> signals) {
        if (signals.size() > MAX_BATCH) {
            throw new IllegalArgumentException(
                    "one append takes at most " + MAX_BATCH + " signals: " + signals.size());
        }
        Set<PendingSignal.Key> keys = new HashSet<>();
        for (PendingSignal signal : signals) {
            if (!keys.add(signal.key())) {
                throw new IllegalArgumentException("two signals for " + signal.key());
            }
        }
    }

    private static void requireLimit(int limit) {
        if (limit < 1 || limit > MAX_BATCH) {
            throw new IllegalArgumentException("limit must be 1 to " + MAX_BATCH + ": " + limit);
        }
    }
}
