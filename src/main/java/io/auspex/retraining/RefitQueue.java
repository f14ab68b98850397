package io.auspex.retraining;

import io.auspex.platform.Failure;
import io.auspex.platform.Failure.Category;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The queue of refits in PostgreSQL, shared by every process that uses the database. A job is
 * claimed under a lease; whoever holds it writes through updates guarded by owner and attempt, so a
 * holder whose lease has passed on can never write a second result: its update finds no row, and
 * the method answers empty. Time is the database's, the same for all.
 *
 * <pre>
 * QUEUED -> RUNNING -> SUCCEEDED
 *    ^         |-----> QUEUED (again after a pause, while attempts are left)
 *    |         |-----> FAILED
 *    `-> CANCELLED <--'
 * </pre>
 */
@ApplicationScoped
class RefitQueue {

    /** Longest stored output of a worker, in characters. */
    static final int MAX_OUTPUT_CHARS = 16_384;

    /** The slug of a decision that came too late. */
    static final String LOST = "refit-lost";

    /** Jobs are counted from 1. */
    private static final long ANY = -1;

    private static final String MINE = "id = :id and owner = :owner and attempt = :attempt";
    private static final String MILLIS = "cast(:millis as bigint) * interval '1 millisecond'";

    /**
     * Adds a job for a model.
     *
     * @return fails with CONFLICT {@code refit-running} when the model has an unfinished one, with
     *     NOT_FOUND {@code no-such-model}
     */
    Uni<Refit> enqueue(String model, String triggerReason, int maxAttempts) {
        return enqueue(
                model, triggerReason, maxAttempts, ANY, null, _ -> Uni.createFrom().voidItem());
    }

    /**
     * Adds a job when the newest of the model is the one given.
     *
     * @param newest null when the model had none
     * @param dataFrom when the market changed, if that is why; null for as the champion's own refit
     * @param within what else belongs to the transaction
     * @return fails as {@link #enqueue}, and with CONFLICT {@code refit-superseded}
     */
    Uni<Refit> enqueueAfter(
            String model,
            String triggerReason,
            int maxAttempts,
            @Nullable Long newest,
            @Nullable Instant dataFrom,
            Function<Refit, Uni<?>> within) {
        return enqueue(
                model, triggerReason, maxAttempts, newest == null ? 0 : newest, dataFrom, within);
    }

    /** What the champion was not to learn from, its successors are not to learn from either. */
    private Uni<Refit> enqueue(
            String model,
            String triggerReason,
            int maxAttempts,
            long newest,
            @Nullable Instant dataFrom,
            Function<Refit, Uni<?>> within) {
        return Panache.withTransaction(() ->
                one(
                                """
                                insert into refit_job
                                    (model, state, trigger_reason, seed, max_attempts, data_from)
                                select name, 'QUEUED', cast(:reason as text), 0,
                                    cast(:max as integer),
                                    coalesce(
                                        cast(nullif(cast(:from as text), '') as timestamptz),
                                        (select max(data_from) from refit_job made
                                         where made.model = model.name
                                         and made.version = model.champion))
                                from model where name = :model
                                and cast(:newest as bigint) in (-1,
                                    (select coalesce(max(id), 0) from refit_job
                                     where model = :model))
                                on conflict (model) where state in ('QUEUED', 'RUNNING')
                                do nothing
                                returning *
                                """,
                                Map.of(
                                        "model",
                                        model,
                                        "reason",
                                        triggerReason,
                                        "max",
                                        maxAttempts,
                                        "newest",
                                        newest,
                                        "from",
                                        dataFrom == null ? "" : dataFrom.toString()))
                        .chain(row -> orElse(row, () -> refused(model)))
                        .invoke(RefitRow::seedFromIdentity)
                        .map(RefitRow::toRefit)
                        .call(within));
    }

    /**
     * Takes the oldest job that is due; two owners never get the same.
     *
     * @param models those that the owner has the candles for; their names have no commas
     */
    Uni<Optional<ClaimedRefit>> claim(String owner, Duration lease, Collection<String> models) {
        if (models.isEmpty()) {
            return Uni.createFrom().item(Optional.empty());
        }
        return Panache.withTransaction(() ->
                one(
                                """
                                update refit_job
                                set state = 'RUNNING', owner = :owner, phase = 'dataset',
                                    percent = 0, attempt = attempt + 1, reason = null,
                                    attempt_started_at = now(), remaining_seconds = null,
                                    lease_until = now() + %s,
                                    started_at = coalesce(started_at, now())
                                where id = (
                                    select id from refit_job
                                    where state = 'QUEUED' and not_before <= now()
                                                and model = any(string_to_array(:models, ','))
                                    order by not_before, id
                                    limit 1
                                    for update skip locked)
                                returning *
                                """
                                        .formatted(MILLIS),
                                Map.of(
                                        "owner",
                                        owner,
                                        "millis",
                                        lease.toMillis(),
                                        "models",
                                        String.join(",", models)))
                        .map(row -> row.map(it -> new ClaimedRefit(it.toRefit(), it.seed, owner))));
    }

    /** Extends the lease; empty when it is lost. */
    Uni<Optional<Refit>> heartbeat(ClaimedRefit claim, Duration lease) {
        return update(claim, "lease_until = now() + " + MILLIS, Map.of("millis", lease.toMillis()));
    }

    /**
     * Notes how far it is, and what that says about the time it will take (the first percents say
     * too little), and extends the lease; empty when it is lost.
     */
    Uni<Optional<Refit>> progress(ClaimedRefit claim, Duration lease, String phase, int percent) {
        return update(
                claim,
                "lease_until = now() + "
                        + MILLIS
                        + """
                        , phase = :phase, percent = cast(:percent as integer),
                        remaining_seconds = case when cast(:percent as integer) >= 5 then
                            ceil(extract(epoch from now() - attempt_started_at)
                                * (100 - cast(:percent as integer)) / cast(:percent as integer)) end
                        """,
                Map.of("millis", lease.toMillis(), "phase", phase, "percent", percent));
    }

    Uni<Optional<Refit>> succeed(ClaimedRefit claim, String decision, String reason, int version) {
        return update(
                claim,
                """
                state = 'SUCCEEDED', phase = 'done', percent = 100, decision = :decision,
                reason = :reason, version = cast(:version as integer),
                owner = null, lease_until = null, finished_at = now()
                """,
                Map.of("decision", decision, "reason", reason, "version", version));
    }

    /**
     * Ends the job within the transaction that decides on its version, so that there are both or
     * neither.
     *
     * @return fails with CONFLICT {@code refit-lost} when the job was cancelled or is somebody
     *     else's by now: who does not hold it decides nothing
     */
    Uni<Void> conclude(ClaimedRefit claim, AttemptResult.Decided decided) {
        return succeed(claim, decided.decision(), decided.reason(), decided.version())
                .invoke(ended -> {
                    if (ended.isEmpty()) {
                        throw new Failure(
                                Category.CONFLICT,
                                LOST,
                                "refit " + claim.id() + " is not ours any more");
                    }
                })
                .replaceWithVoid();
    }

    /** The attempt came to nothing: the job waits for the next one, or it failed for good. */
    Uni<Optional<Refit>> attemptFailed(
            ClaimedRefit claim, String reason, String lastOutput, Duration pause) {
        return update(
                claim,
                RETRY_OR_FAIL.formatted(":reason")
                        + ", last_output = :output, not_before = now() + "
                        + MILLIS,
                Map.of(
                        "reason",
                        reason,
                        "output",
                        storable(lastOutput),
                        "millis",
                        pause.toMillis()));
    }

    /** The job cannot succeed by being tried again. */
    Uni<Optional<Refit>> fail(ClaimedRefit claim, String reason, String lastOutput) {
        return update(
                claim,
                """
                state = 'FAILED', phase = 'failed', reason = :reason, last_output = :output,
                owner = null, lease_until = null, finished_at = now()
                """,
                Map.of("reason", reason, "output", storable(lastOutput)));
    }

    /** Gives the job back as if it had not been claimed: the service stops in good order. */
    Uni<Optional<Refit>> release(ClaimedRefit claim) {
        return update(
                claim,
                """
                state = 'QUEUED', phase = 'queued', percent = 0, attempt = attempt - 1,
                owner = null, lease_until = null
                """,
                Map.of());
    }

    /** Takes jobs back whose holder has let the lease run out. */
    Uni<List<Refit>> expire() {
        return takeBack("lease_until < now()", Map.of());
    }

    /** Takes jobs back whose holders are known to be dead, without waiting for the lease. */
    Uni<List<Refit>> abandon(Collection<String> deadOwners) {
        if (deadOwners.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        return takeBack(
                "owner = any(string_to_array(:owners, ','))",
                Map.of("owners", String.join(",", deadOwners)));
    }

    /** How many wait for a worker. */
    Uni<Long> waiting() {
        return Panache.withSession(() -> RefitRow.count("state = 'QUEUED'"));
    }

    /** The holders of running jobs. */
    Uni<List<String>> owners() {
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session ->
                                session.createNativeQuery(
                                                "select distinct owner from"
                                                        + " refit_job where state ="
                                                        + " 'RUNNING'",
                                                String.class)
                                        .getResultList()));
    }

    /**
     * Ends an unfinished job.
     *
     * @return fails with NOT_FOUND {@code no-such-refit}, with CONFLICT {@code refit-finished}
     */
    Uni<Refit> cancel(long id, String reason) {
        return Panache.withTransaction(() ->
                one(
                                """
                                update refit_job
                                set state = 'CANCELLED', reason = :reason, owner = null,
                                    lease_until = null, finished_at = now()
                                where id = :id and state in ('QUEUED', 'RUNNING')
                                returning *
                                """,
                                Map.of("id", id, "reason", reason))
                        .chain(row -> orElse(row, () -> notCancelled(id)))
                        .map(RefitRow::toRefit));
    }

    Uni<Optional<Refit>> refit(long id) {
        return Panache.withSession(() ->
                RefitRow.<RefitRow>findById(id)
                        .map(row -> Optional.ofNullable(row).map(RefitRow::toRefit)));
    }

    /** Newest first. */
    Uni<List<Refit>> refits(@Nullable String model, int limit) {
        return Panache.withSession(() ->
                (model == null
                                ? RefitRow.<RefitRow>find("order by id desc")
                                : RefitRow.<RefitRow>find("model = ?1 order by id desc", model))
                        .page(0, limit)
                        .list()
                        .map(rows -> rows.stream().map(RefitRow::toRefit).toList()));
    }

    /** {@code %s} is the reason; it is kept while the job waits, to be seen. */
    private static final String RETRY_OR_FAIL =
            """
            state = case when attempt < max_attempts then 'QUEUED' else 'FAILED' end,
            phase = case when attempt < max_attempts then 'queued' else 'failed' end,
            percent = 0, reason = %s, owner = null, lease_until = null,
            finished_at = case when attempt < max_attempts then null else now() end
            """;

    private Uni<List<Refit>> takeBack(String which, Map<String, Object> parameters) {
        String sql =
                "update refit_job set "
                        + RETRY_OR_FAIL.formatted(
                                "'the process that ran attempt ' || attempt || ' of ' ||"
                                        + " max_attempts || ' stopped without a result'")
                        + ", not_before = now() where id in (select id from refit_job where state"
                        + " = 'RUNNING' and "
                        + which
                        + " for update skip locked) returning *";
        return Panache.withTransaction(() ->
                list(sql, parameters).map(rows -> rows.stream().map(RefitRow::toRefit).toList()));
    }

    private Uni<Optional<Refit>> update(
            ClaimedRefit claim, String assignments, Map<String, Object> parameters) {
        String sql =
                "update refit_job set "
                        + assignments
                        + " where state = 'RUNNING' and "
                        + MINE
                        + " returning *";
        return Panache.withTransaction(
                () -> one(sql, parameters, claim).map(row -> row.map(RefitRow::toRefit)));
    }

    private static Uni<Optional<RefitRow>> one(
            String sql, Map<String, Object> parameters, ClaimedRefit claim) {
        Map<String, Object> all = new HashMap<>(parameters);
        all.put("id", claim.id());
        all.put("owner", claim.owner());
        all.put("attempt", claim.attempt());
        return one(sql, all);
    }

    private static Uni<Optional<RefitRow>> one(String sql, Map<String, Object> parameters) {
        return list(sql, parameters).map(rows -> rows.stream().findFirst());
    }

    private static Uni<RefitRow> orElse(Optional<RefitRow> row, Supplier<Uni<RefitRow>> otherwise) {
        return row.map(Uni.createFrom()::item).orElseGet(otherwise);
    }

    private static Uni<List<RefitRow>> list(String sql, Map<String, Object> parameters) {
        return Panache.getSession()
                .chain(session -> {
                    var query = session.createNativeQuery(sql, RefitRow.class);
                    parameters.forEach(query::setParameter);
                    return query.getResultList();
                });
    }

    private static Uni<RefitRow> refused(String model) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        """
                                        select case
                                            when not exists (select 1 from model where name = :model)
                                                then 'unknown'
                                            when exists (select 1 from refit_job
                                                    where model = :model
                                                    and state in ('QUEUED', 'RUNNING'))
                                                then 'open'
                                            else 'newer' end
                                        """,
                                        String.class)
                                .setParameter("model", model)
                                .getSingleResult())
                .chain(why ->
                        Uni.createFrom()
                                .failure(
                                        switch (why) {
                                            case "unknown" -> noSuchModel(model);
                                            case "newer" -> superseded(model);
                                            default -> alreadyRunning(model);
                                        }));
    }

    private static Failure superseded(String model) {
        return new Failure(
                Category.CONFLICT,
                "refit-superseded",
                "model " + model + " has had a refit since this one was decided upon");
    }

    private static Uni<RefitRow> notCancelled(long id) {
        return RefitRow.<RefitRow>findById(id)
                .chain(row ->
                        Uni.createFrom().failure(row == null ? noSuchRefit(id) : finished(row)));
    }

    private static Failure noSuchModel(String model) {
        return new Failure(
                Category.NOT_FOUND, "no-such-model", "there is no model '" + model + "'");
    }

    private static Failure alreadyRunning(String model) {
        return new Failure(
                Category.CONFLICT,
                "refit-running",
                "model " + model + " has a refit that is not finished yet");
    }

    static Failure noSuchRefit(long id) {
        return new Failure(Category.NOT_FOUND, "no-such-refit", "there is no refit " + id);
    }

    private static Failure finished(RefitRow row) {
        return new Failure(
                Category.CONFLICT,
                "refit-finished",
                "refit " + row.id + " is " + row.state + " already");
    }

    /** PostgreSQL's text takes no NUL, and a bound keeps the row readable. */
    private static String storable(String output) {
        String clean = output.replace('\0', ' ');
        int length = clean.length();
        return length <= MAX_OUTPUT_CHARS ? clean : clean.substring(length - MAX_OUTPUT_CHARS);
    }
}
