package io.auspex.triggers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.auspex.platform.Json;
import io.auspex.retraining.Refit;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rules and decisions in PostgreSQL. Plain SQL, as in the ledger: most statements are more than a
 * row by its key.
 */
@ApplicationScoped
class TriggerStore {

    /** Decisions of a model and an outcome that are kept. */
    static final int KEPT = 500;

    private static final String ENSURE =
            """
            insert into refit_trigger as t (model, since) values ($1, $2)
            on conflict (model) do update set since = excluded.since where t.since > excluded.since
            """;

    private static final String TRIGGER =
            """
            select t.rules::text as rules, t.since, t.resumed_after, not m.refit_enabled as frozen,
                   coalesce(m.spec ->> 'kind', 'market') = 'trade-outcome' as of_trades
            from model m left join refit_trigger t on t.model = m.name where m.name = $1
            """;

    private static final String RULES =
            """
            insert into refit_trigger (model, rules, since) values ($1, $2::text::jsonb, $3)
            on conflict (model) do update set rules = excluded.rules, updated_at = now()
            """;

    private static final String RESUME =
            """
            update refit_trigger
            set resumed_after = coalesce((select max(id) from refit_job where model = $1), 0)
            where model = $1
            """;

    private static final String REFITS =
            """
            select r.id, r.state, r.created_at, r.reason, d.clock_at
            from refit_job r left join refit_decision d on d.refit = r.id
            where r.model = $1 order by r.id desc limit $2
            """;

    private static final String DECISIONS =
            "select * from refit_decision where model = $1 order by id desc limit $2";

    private static final String NEWEST_OF_EACH =
            """
            select distinct on (model) * from refit_decision order by model, id desc
            """;

    /** What another process has said already is not said again. */
    private static final String WAITS =
            """
            insert into refit_decision (model, clock_at, outcome, key, reason, figures)
            select $1, $2, 'WAIT', $3, $4, $5::text::jsonb
            where $3 is distinct from
                (select key from refit_decision where model = $1 order by id desc limit 1)
            returning *
            """;

    private static final String REQUESTED =
            """
            insert into refit_decision (model, clock_at, outcome, key, reason, figures, refit)
            select model, $2, 'START', 'request',
                'refit ' || id || ' requested: ' || trigger_reason, '{}'::jsonb, id
            from refit_job where id = $1
            on conflict (refit) do nothing
            returning *
            """;

    private static final String STARTED =
            """
            insert into refit_decision (model, clock_at, outcome, key, reason, figures, refit)
            values (:model, cast(cast(:clock as text) as timestamptz), 'START', :key, :reason,
                cast(cast(:figures as text) as jsonb), :refit)
            """;

    private static final String PRUNE =
            """
            delete from refit_decision where model = $1 and outcome = $2 and id <=
                (select id from refit_decision where model = $1 and outcome = $2
                 order by id desc offset $3 limit 1)
            """;

    private static final TypeReference<TreeMap<String, Double>> FIGURES = new TypeReference<>() {};

    private final Pool pool;
    private final RefitRules defaults;

    @Inject
    TriggerStore(Pool pool, TriggersConfig config) {
        this.pool = pool;
        this.defaults = TriggersConfig.rules(config.refit().rules());
    }

    /** The rules of a model without rules of its own. */
    RefitRules defaults() {
        return defaults;
    }

    /**
     * What is known of a model that is registered.
     *
     * @param now of the model's clock: what counts from here on when nothing is known yet, and for
     *     refits of which nobody noted the moment
     */
    Uni<ModelTriggers.Stored> load(String model, Instant now) {
        return pool.preparedQuery(ENSURE)
                .execute(Tuple.of(model, utc(now)))
                .chain(() -> pool.preparedQuery(TRIGGER).execute(Tuple.of(model)))
                .map(rows -> rows.iterator().next())
                .chain(trigger ->
                        pool.preparedQuery(REFITS)
                                .execute(Tuple.of(model, RefitHistory.MAX_STARTS))
                                .chain(refits ->
                                        decisions(model, 1)
                                                .map(latest ->
                                                        stored(trigger, refits, latest, now))));
    }

    /** The rules of a model: its own, or the configured ones. */
    Uni<RefitRules> rules(String model) {
        return pool.preparedQuery(TRIGGER)
                .execute(Tuple.of(model))
                .map(rows -> rows.stream().findFirst().map(this::rulesOf).orElse(defaults));
    }

    /**
     * Gives a model rules of its own.
     *
     * @param now what counts from here on when nothing is known of it yet
     */
    Uni<Void> rules(String model, RefitRules rules, Instant now) {
        return rules(pool, model, rules, now);
    }

    /**
     * The same through that connection.
     *
     * @param rules null: the configured ones from now on
     */
    static Uni<Void> rules(
            SqlClient client, String model, @Nullable RefitRules rules, Instant now) {
        return client.preparedQuery(RULES)
                .execute(Tuple.of(model, rules == null ? null : json(rules), utc(now)))
                .replaceWithVoid();
    }

    /** Failures so far do not count any more. */
    Uni<Void> resume(String model) {
        return pool.preparedQuery(RESUME).execute(Tuple.of(model)).replaceWithVoid();
    }

    /** Newest first. */
    Uni<List<RetrainingDecision>> decisions(String model, int limit) {
        return pool.preparedQuery(DECISIONS)
                .execute(Tuple.of(model, limit))
                .map(TriggerStore::decisions);
    }

    /** The newest decision of each model. */
    Uni<List<RetrainingDecision>> newest() {
        return pool.query(NEWEST_OF_EACH).execute().map(TriggerStore::decisions);
    }

    /** Empty when the newest decision is of that kind already. */
    Uni<Optional<RetrainingDecision>> waits(String model, Instant clockAt, RefitDecision decision) {
        return pool.preparedQuery(WAITS)
                .execute(
                        Tuple.of(
                                model,
                                utc(clockAt),
                                decision.key(),
                                decision.reason(),
                                json(finite(decision.figures()))))
                .map(TriggerStore::decisions)
                .map(stored -> stored.stream().findFirst())
                .call(stored ->
                        stored.isPresent() ? prune(model, RetrainingDecision.WAIT) : done());
    }

    /** A refit that no rule has started; empty when it is stored already. */
    Uni<Optional<RetrainingDecision>> requested(String model, long refit, Instant clockAt) {
        return pool.preparedQuery(REQUESTED)
                .execute(Tuple.of(refit, utc(clockAt)))
                .map(TriggerStore::decisions)
                .map(stored -> stored.stream().findFirst())
                .call(stored ->
                        stored.isPresent() ? prune(model, RetrainingDecision.START) : done());
    }

    /** An automatic start, within the transaction that puts the refit into the queue. */
    Uni<Integer> started(Refit refit, Instant clockAt, RefitDecision.Start decision) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(STARTED)
                                .setParameter("model", refit.model())
                                .setParameter("clock", clockAt.toString())
                                .setParameter("key", decision.key())
                                .setParameter(
                                        "reason",
                                        RetrainingDecision.started(refit.id(), decision.reason()))
                                .setParameter("figures", json(finite(decision.figures())))
                                .setParameter("refit", refit.id())
                                .executeUpdate());
    }

    /** Deletes what is older than the newest {@value #KEPT}. */
    Uni<Void> prune(String model, String outcome) {
        return pool.preparedQuery(PRUNE).execute(Tuple.of(model, outcome, KEPT)).replaceWithVoid();
    }

    private ModelTriggers.Stored stored(
            Row trigger, RowSet<Row> refits, List<RetrainingDecision> latest, Instant now) {
        Row newest = refits.size() == 0 ? null : refits.iterator().next();
        return new ModelTriggers.Stored(
                rulesOf(trigger),
                trigger.getBoolean("frozen"),
                history(trigger, refits, now),
                latest.isEmpty() ? null : latest.getFirst().key(),
                newest == null || newest.getOffsetDateTime("clock_at") != null
                        ? null
                        : newest.getLong("id"));
    }

    /** Trades start refits of what learns from them, unless a model's own rules say otherwise. */
    private RefitRules rulesOf(Row trigger) {
        String own = trigger.getString("rules");
        if (own != null) {
            return read(own);
        }
        return trigger.getBoolean("of_trades") ? defaults : defaults.withoutTrades();
    }

    private static RefitHistory history(Row trigger, RowSet<Row> newestFirst, Instant now) {
        List<RefitHistory.Start> starts = new ArrayList<>();
        @Nullable Long open = null;
        int failures = 0;
        @Nullable String lastFailure = null;
        boolean counting = true;
        long resumedAfter = trigger.getLong("resumed_after");
        for (Row refit : newestFirst) {
            long id = refit.getLong("id");
            OffsetDateTime clockAt = refit.getOffsetDateTime("clock_at");
            starts.add(
                    new RefitHistory.Start(
                            id,
                            clockAt == null ? now : clockAt.toInstant(),
                            refit.getOffsetDateTime("created_at").toInstant()));
            switch (refit.getString("state")) {
                case "QUEUED", "RUNNING" -> open = id;
                case "FAILED" -> {
                    if (counting && id > resumedAfter) {
                        failures++;
                        lastFailure =
                                lastFailure == null
                                        ? String.valueOf(refit.getString("reason"))
                                        : lastFailure;
                    }
                }
                case "SUCCEEDED" -> counting = false;
                default -> {
                    // A cancelled one says nothing.
                }
            }
        }
        Instant since = trigger.getOffsetDateTime("since").toInstant();
        return new RefitHistory(since, starts, open, failures, lastFailure);
    }

    private static List<RetrainingDecision> decisions(RowSet<Row> rows) {
        return rows.stream().map(TriggerStore::decision).toList();
    }

    private static RetrainingDecision decision(Row row) {
        return new RetrainingDecision(
                row.getLong("id"),
                row.getString("model"),
                row.getOffsetDateTime("at").toInstant(),
                row.getOffsetDateTime("clock_at").toInstant(),
                row.getString("outcome"),
                row.getString("key"),
                row.getString("reason"),
                figures(row.getJson("figures").toString()),
                row.getLong("refit"));
    }

    private static Map<String, Double> finite(Map<String, Double> figures) {
        Map<String, Double> finite = new TreeMap<>(figures);
        finite.values().removeIf(value -> !Double.isFinite(value));
        return finite;
    }

    private static Map<String, Double> figures(String json) {
        try {
            return Json.mapper().readValue(json, FIGURES);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("stored figures cannot be read", e);
        }
    }

    private static RefitRules read(String json) {
        try {
            return Json.mapper().readValue(json, RefitRules.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("stored rules cannot be read", e);
        }
    }

    private static String json(Object value) {
        try {
            return Json.mapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records can be written as JSON", e);
        }
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static Uni<Void> done() {
        return Uni.createFrom().voidItem();
    }
}
