package io.auspex.backtest;

import io.auspex.platform.Await;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How often a model was tried: every plan that was ever carried out to its end, so that luck can be
 * told from skill. Blocking: not for an event loop.
 */
@ApplicationScoped
class BacktestTrials {

    private static final int MAX_TRIALS = 10_000;

    private static final String TRIAL =
            """
            insert into backtest_trial (digest, model, from_time, to_time, sharpe)
            values ($1, $2, $3, $4, $5)
            on conflict (digest) do nothing
            """;

    private static final String PRUNE_TRIALS =
            """
            delete from backtest_trial
            where digest in (
                select digest from backtest_trial order by created_at desc, digest offset $1)
            """;

    private static final String OVERLAPPING =
            """
            select sharpe from backtest_trial
            where model = $1 and from_time <= $3 and to_time >= $2 and digest <> $4
            """;

    private final Pool pool;

    BacktestTrials(Pool pool) {
        this.pool = pool;
    }

    /** Notes that a plan was tried. */
    void trial(String digest, BacktestPlan plan, @Nullable Double sharpe) {
        run(
                TRIAL,
                Tuple.tuple()
                        .addString(digest)
                        .addString(plan.model())
                        .addLong(plan.from().toEpochMilli())
                        .addLong(plan.to().toEpochMilli())
                        .addDouble(sharpe));
        run(PRUNE_TRIALS, Tuple.of(MAX_TRIALS));
    }

    /** The daily Sharpe ratios of other plans for the model on overlapping periods. */
    List<Optional<Double>> trials(String digest, BacktestPlan plan) {
        return Await.item(() ->
                pool.preparedQuery(OVERLAPPING)
                        .execute(
                                Tuple.of(
                                        plan.model(),
                                        plan.from().toEpochMilli(),
                                        plan.to().toEpochMilli(),
                                        digest))
                        .map(rows ->
                                rows.stream()
                                        .map(row -> Optional.ofNullable(row.getDouble(0)))
                                        .toList()));
    }

    private void run(String sql, Tuple parameters) {
        Await.item(() -> pool.preparedQuery(sql).execute(parameters).replaceWithVoid());
    }

    /** The same for the same plan: a second run of it is no second trial. */
    static String digest(BacktestPlan plan) {
        return HexFormat.of().formatHex(SignalChain.sha256(BacktestRows.write(plan)));
    }
}
