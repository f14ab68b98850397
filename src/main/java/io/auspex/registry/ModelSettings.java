package io.auspex.registry;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlResult;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * What people set: policies of models, pins of versions; and what follows from pins, retention.
 * Plain SQL, one statement each. Failures: NOT_FOUND {@code no-such-model}, {@code
 * no-such-version}.
 */
@ApplicationScoped
public class ModelSettings {

    private static final String POLICY =
            """
            update model set refit_enabled = $2, shadow_closes = $3, challenger_share = $4,
                updated_at = now()
            where name = $1
            """;

    private static final String PIN =
            "update model_version set pinned = $3 where model = $1 and version = $2";

    /**
     * Equal bytes are kept once: they go when no version of any model keeps them. Under the lock of
     * the model's row, as an addition and a promotion are.
     */
    private static final String LET_GO =
            """
            with locked as materialized (
                select name, last_version, champion, challenger, previous from model
                where name = $1 for update
            ), leaving as (
                select v.sha256
                from model_version v join locked m on m.name = v.model
                where v.version <= m.last_version - $2
                  and v.state <> 'PROMOTED' and not v.pinned
                  and v.version is distinct from m.champion
                  and v.version is distinct from m.challenger
                  and v.version is distinct from m.previous
            )
            update artefact a set content = null
            where a.content is not null
              and a.sha256 in (select sha256 from leaving)
              and not exists (
                select 1 from model_version o join model m on m.name = o.model
                where o.sha256 = a.sha256
                  and (o.state = 'PROMOTED' or o.pinned or o.model <> $1
                       or o.version > m.last_version - $2
                       or o.version in (m.champion, m.challenger, m.previous)))
            """;

    private final Pool pool;

    ModelSettings(Pool pool) {
        this.pool = pool;
    }

    /** Replaces the policy of a model. */
    public Uni<Void> set(String model, ModelPolicy policy) {
        return setIn(pool, model, policy);
    }

    /** As {@link #set}, in the transaction of that connection. */
    public Uni<Void> setIn(SqlClient connection, String model, ModelPolicy policy) {
        return connection
                .preparedQuery(POLICY)
                .execute(
                        Tuple.of(
                                model,
                                policy.refitEnabled(),
                                policy.shadowCloses(),
                                policy.challengerShare()))
                .invoke(rows -> {
                    if (rows.rowCount() == 0) {
                        throw Unregistered.model(model);
                    }
                })
                .replaceWithVoid();
    }

    /** Keeps the bytes of a version, or leaves them to retention again. */
    public Uni<Void> pin(String model, int version, boolean pinned) {
        return pool.preparedQuery(PIN)
                .execute(Tuple.of(model, version, pinned))
                .invoke(rows -> {
                    if (rows.rowCount() == 0) {
                        throw Unregistered.version(model, version);
                    }
                })
                .replaceWithVoid();
    }

    /**
     * Lets go of the bytes of old versions. The newest ones stay, and whatever was ever promoted,
     * is pinned, or has an alias; reports stay of all.
     *
     * @param keep how many of the newest
     * @return files that went
     */
    public Uni<Integer> retain(String model, int keep) {
        return pool.preparedQuery(LET_GO).execute(Tuple.of(model, keep)).map(SqlResult::rowCount);
    }
}
