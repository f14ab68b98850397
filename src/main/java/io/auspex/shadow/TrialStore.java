package io.auspex.shadow;

import io.auspex.market.Symbol;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Trials and their pairs in PostgreSQL, and what the registry says about who should be on trial.
 * Plain SQL; every write may be repeated.
 */
@ApplicationScoped
class TrialStore {

    private static final String STANDINGS =
            """
            select m.name, m.champion, m.challenger, not m.refit_enabled as frozen, m.shadow_closes, m.challenger_share,
                   p.id as promotion, p.previous,
                   p.id is not null and p.kind = 'PROMOTION' and p.version = m.champion
                       and p.previous = m.previous and not before.unproven
                       and not exists (select 1 from shadow_trial t where t.promotion = p.id)
                       as watchable
            from model m
            left join lateral (
                select * from promotion where model = m.name order by id desc limit 1) p on true
            left join model_version before
                on before.model = m.name and before.version = p.previous
            where m.champion is not null and coalesce(m.spec ->> 'kind', 'market') = 'market'
            order by m.name
            """;

    private static final String OPEN_TRIALS =
            "select * from shadow_trial where state = 'OPEN' order by id";

    private static final String TRIALS_OF =
            "select * from shadow_trial where model = $1 order by id desc limit $2";

    private static final String OPEN =
            """
            insert into shadow_trial (model, kind, promotion, feed, champion, shadow, closes, looks)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict do nothing
            returning *
            """;

    /** Of the trials that are over, only the last one's pairs are kept. */
    private static final String FORGET =
            """
            delete from shadow_prediction where trial in (
                select id from shadow_trial
                where model = $1 and state <> 'OPEN'
                  and id < (select max(id) from shadow_trial where model = $1 and state <> 'OPEN'))
            """;

    private static final String RECORD =
            """
            insert into shadow_prediction (trial, close_time, symbol, champion, shadow)
            values ($1, $2, $3, $4, $5) on conflict do nothing
            """;

    private static final String CLOSE_TIMES =
            """
            select distinct close_time from shadow_prediction where trial = $1 order by close_time
            """;

    private static final String PAIRS =
            """
            select close_time, symbol, champion, shadow from shadow_prediction
            where trial = $1 and close_time <= $2 order by close_time, symbol collate "C"
            """;

    private static final String LOOKED =
            """
            update shadow_trial set looked = $2, reason = $3 where id = $1 and state = 'OPEN'
            """;

    private static final String DECIDE =
            """
            update shadow_trial set looked = $2, state = $3, reason = $4, decided_at = now()
            where id = $1 and state = 'OPEN'
            """;

    private final Pool pool;

    TrialStore(Pool pool) {
        this.pool = pool;
    }

    /**
     * What the registry says of a model of a market that has a champion.
     *
     * @param frozen it serves as it is: nothing is to take its champion's place
     * @param promotion the newest move of its alias
     * @param previous the champion before that move
     * @param watchable whether that move was a promotion, has left a proven champion behind, and
     *     was not watched yet
     */
    record Standing(
            String model,
            int champion,
            @Nullable Integer challenger,
            boolean frozen,
            int shadowCloses,
            double challengerShare,
            @Nullable Long promotion,
            @Nullable Integer previous,
            boolean watchable) {}

    /** A trial to be opened. */
    record Proposal(
            String model,
            ShadowTrial.Kind kind,
            @Nullable Long promotion,
            String feed,
            int champion,
            int shadow,
            int closes,
            int looks) {}

    Uni<List<Standing>> standings() {
        return pool.query(STANDINGS).execute().map(rows -> list(rows, TrialStore::standing));
    }

    Uni<List<ShadowTrial>> open() {
        return pool.query(OPEN_TRIALS).execute().map(rows -> list(rows, TrialStore::trial));
    }

    /** Newest first. */
    Uni<List<ShadowTrial>> trials(String model, int limit) {
        return pool.preparedQuery(TRIALS_OF)
                .execute(Tuple.of(model, limit))
                .map(rows -> list(rows, TrialStore::trial));
    }

    /** Opens a trial; none when another process was faster. */
    Uni<List<ShadowTrial>> open(Proposal proposal) {
        Tuple values =
                Tuple.from(
                        new Object[] {
                            proposal.model(),
                            proposal.kind().name(),
                            proposal.promotion(),
                            proposal.feed(),
                            proposal.champion(),
                            proposal.shadow(),
                            proposal.closes(),
                            proposal.looks()
                        });
        return pool.preparedQuery(FORGET)
                .execute(Tuple.of(proposal.model()))
                .chain(() -> pool.preparedQuery(OPEN).execute(values))
                .map(rows -> list(rows, TrialStore::trial));
    }

    /** Stores pairs; one that is stored already stays as it is. */
    Uni<Void> record(long trial, List<ShadowPair> pairs) {
        List<Tuple> rows =
                pairs.stream()
                        .map(pair ->
                                Tuple.of(
                                        trial,
                                        pair.closeTimeMillis(),
                                        pair.symbol().name(),
                                        array(pair.champion()),
                                        array(pair.shadow())))
                        .toList();
        return pool.preparedQuery(RECORD).executeBatch(rows).replaceWithVoid();
    }

    /** Close times that have pairs, ascending. */
    Uni<List<Long>> closeTimes(long trial) {
        return pool.preparedQuery(CLOSE_TIMES)
                .execute(Tuple.of(trial))
                .map(rows -> list(rows, row -> row.getLong(0)));
    }

    /** Pairs up to a close, ordered by close time. */
    Uni<List<ShadowPair>> pairs(long trial, long toCloseMillis) {
        return pool.preparedQuery(PAIRS)
                .execute(Tuple.of(trial, toCloseMillis))
                .map(rows -> list(rows, TrialStore::pair));
    }

    Uni<Void> looked(ShadowTrial trial, int looked, String found) {
        return pool.preparedQuery(LOOKED)
                .execute(Tuple.of(trial.id(), looked, found))
                .replaceWithVoid();
    }

    Uni<Void> decide(ShadowTrial trial, int looked, ShadowTrial.State state, String reason) {
        return pool.preparedQuery(DECIDE)
                .execute(Tuple.of(trial.id(), looked, state.name(), reason))
                .replaceWithVoid();
    }

    private static Standing standing(Row row) {
        return new Standing(
                row.getString("name"),
                row.getInteger("champion"),
                row.getInteger("challenger"),
                row.getBoolean("frozen"),
                row.getInteger("shadow_closes"),
                row.getDouble("challenger_share"),
                row.getLong("promotion"),
                row.getInteger("previous"),
                Boolean.TRUE.equals(row.getBoolean("watchable")));
    }

    private static ShadowTrial trial(Row row) {
        var decidedAt = row.getOffsetDateTime("decided_at");
        return new ShadowTrial(
                row.getLong("id"),
                row.getString("model"),
                ShadowTrial.Kind.valueOf(row.getString("kind")),
                row.getLong("promotion"),
                row.getString("feed"),
                row.getInteger("champion"),
                row.getInteger("shadow"),
                row.getInteger("closes"),
                row.getInteger("looks"),
                row.getInteger("looked"),
                ShadowTrial.State.valueOf(row.getString("state")),
                row.getString("reason"),
                row.getOffsetDateTime("created_at").toInstant(),
                decidedAt == null ? null : decidedAt.toInstant());
    }

    private static ShadowPair pair(Row row) {
        return new ShadowPair(
                new Symbol(row.getString("symbol")),
                row.getLong("close_time"),
                heads(row.getArrayOfFloats("champion")),
                heads(row.getArrayOfFloats("shadow")));
    }

    private static Float[] array(Map<Head, Double> heads) {
        Float[] values = new Float[ModelKind.MARKET.heads().size()];
        for (Head head : ModelKind.MARKET.heads()) {
            values[head.column()] = Objects.requireNonNull(heads.get(head)).floatValue();
        }
        return values;
    }

    private static Map<Head, Double> heads(Float[] values) {
        Map<Head, Double> heads = new EnumMap<>(Head.class);
        for (Head head : ModelKind.MARKET.heads()) {
            heads.put(head, (double) values[head.column()]);
        }
        return heads;
    }

    private static <T> List<T> list(RowSet<Row> rows, Function<Row, T> map) {
        List<T> all = new ArrayList<>(rows.size());
        rows.forEach(row -> all.add(map.apply(row)));
        return all;
    }
}
