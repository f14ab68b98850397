package io.auspex.ensemble;

import com.fasterxml.jackson.core.type.TypeReference;
import io.auspex.platform.Failure;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The weights in force and their history, in PostgreSQL. Every change is one transaction under the
 * lock of the one row of weights: the new weights, a row of history for each member whose weight is
 * another one, and the news for every process.
 */
@ApplicationScoped
public class WeightStore {

    /** The channel of PostgreSQL's NOTIFY; the payload is the new revision. */
    static final String CHANNEL = "auspex_weights";

    /** Most rows of history that one read returns. */
    public static final int MAX_HISTORY = 1_000;

    private static final String CURRENT =
            """
            select revision, weights::text, base::text, learning::text, updated_at
            from ensemble_weights
            """;

    private static final String SET =
            """
            update ensemble_weights
            set revision = $1, weights = $2::text::jsonb, base = $3::text::jsonb,
                learning = $4::text::jsonb, updated_at = clock_timestamp()
            returning revision, weights::text, base::text, learning::text, updated_at
            """;

    private static final String HISTORY =
            """
            insert into weight_change
                (revision, session, member, old_weight, new_weight, reason, context)
            values ($1, $2, $3, $4, $5, $6, $7::text::jsonb)
            """;

    private static final String CHANGES =
            """
            select id, revision, session, member, old_weight, new_weight, changed_at, reason,
                   context::text as context
            from weight_change
            where ($1::text is null and session is null or session = $1)
              and ($2::text is null or member = $2) and id < $3
            order by id desc limit $4
            """;

    private final Pool pool;

    WeightStore(Pool pool) {
        this.pool = pool;
    }

    /**
     * The one row.
     *
     * @param base the weights as somebody last set them
     * @param learning what closed trades have done since
     * @param baseRevision at which that was
     */
    record Current(Weights weights, SortedMap<String, Double> base, Learned learning) {}

    /**
     * What closed trades have done to the weights since somebody set them.
     *
     * @param baseRevision of the weights as they were set
     */
    record Learned(long baseRevision, Learning.State state) {}

    /**
     * A new state of the weights.
     *
     * @param reason kept with every weight that changes
     * @param context of a trade, as JSON; null without one
     */
    record Next(
            SortedMap<String, Double> weights,
            SortedMap<String, Double> base,
            Learned learning,
            String reason,
            @Nullable String context) {}

    /** The weights in force. */
    public Uni<Weights> weights() {
        return current().map(Current::weights);
    }

    Uni<Current> current() {
        return pool.query(CURRENT).execute().map(rows -> current(rows.iterator().next()));
    }

    /**
     * Sets weights as somebody wants them; what was learnt before is no longer in force.
     *
     * @param weights checked already
     */
    Uni<Weights> set(SortedMap<String, Double> weights, String reason) {
        return pool.withTransaction(connection -> set(connection, weights, reason));
    }

    /** As {@link #set(SortedMap, String)}, in the caller's transaction. */
    static Uni<Weights> set(
            SqlConnection connection, SortedMap<String, Double> weights, String reason) {
        return change(
                connection,
                (_, current) ->
                        Uni.createFrom()
                                .item(
                                        Optional.of(
                                                new Next(
                                                        weights,
                                                        weights,
                                                        new Learned(
                                                                current.weights().revision() + 1,
                                                                Learning.State.FRESH),
                                                        reason,
                                                        null))));
    }

    /** Something that makes new weights of the present ones, within the transaction. */
    @FunctionalInterface
    interface Change {
        /** Empty when nothing is to change after all. */
        Uni<Optional<Next>> of(SqlConnection connection, Current current);
    }

    /** Makes a change; of several at the same time one comes after the other. */
    Uni<Weights> change(Change change) {
        return pool.withTransaction(connection -> change(connection, change));
    }

    private static Uni<Weights> change(SqlConnection connection, Change change) {
        return connection
                .query(CURRENT + " for update")
                .execute()
                .map(rows -> current(rows.iterator().next()))
                .chain(current ->
                        change.of(connection, current)
                                .chain(next -> written(connection, current, next)));
    }

    private static Uni<Weights> written(
            SqlConnection connection, Current current, Optional<Next> next) {
        return next.isEmpty()
                ? Uni.createFrom().item(current.weights())
                : write(connection, current, next.get());
    }

    /**
     * The newest changes first.
     *
     * @param session null for the weights in force
     * @param member null for all
     * @param before an id; only older ones
     * @param limit 1 to {@link #MAX_HISTORY}
     */
    public Uni<List<WeightChange>> history(
            @Nullable String session, @Nullable String member, long before, int limit) {
        if (limit < 1 || limit > MAX_HISTORY) {
            throw new Failure(
                    Failure.Category.INVALID,
                    "invalid-parameter",
                    "limit must be 1 to " + MAX_HISTORY + ": " + limit);
        }
        return pool.preparedQuery(CHANGES)
                .execute(Tuple.of(session, member, before, limit))
                .map(rows -> rows.stream().map(WeightStore::change).toList());
    }

    /** Rows of history within a session, in the caller's transaction. */
    static Uni<Void> sessionChanges(SqlConnection connection, List<Tuple> changes) {
        return changes.isEmpty()
                ? Uni.createFrom().voidItem()
                : connection.preparedQuery(HISTORY).executeBatch(changes).replaceWithVoid();
    }

    /** A row of {@link #sessionChanges}. */
    static Tuple sessionChange(
            String session,
            String member,
            double before,
            double after,
            String reason,
            String context) {
        return Tuple.tuple()
                .addLong(null)
                .addString(session)
                .addString(member)
                .addDouble(before)
                .addDouble(after)
                .addString(reason)
                .addString(context);
    }

    private static Uni<Weights> write(SqlConnection connection, Current current, Next next) {
        long revision = current.weights().revision() + 1;
        List<Tuple> changes = changes(current, next, revision);
        Tuple row =
                Tuple.of(
                        revision,
                        JsonColumns.write(next.weights()),
                        JsonColumns.write(next.base()),
                        JsonColumns.write(next.learning()));
        return sessionChanges(connection, changes)
                .chain(() -> connection.preparedQuery(SET).execute(row))
                .map(rows -> current(rows.iterator().next()).weights())
                .call(() ->
                        connection
                                .preparedQuery("select pg_notify($1, $2)")
                                .execute(Tuple.of(CHANNEL, Long.toString(revision))));
    }

    private static List<Tuple> changes(Current current, Next next, long revision) {
        List<Tuple> changes = new ArrayList<>();
        TreeSet<String> members = new TreeSet<>(next.weights().keySet());
        members.addAll(current.weights().weights().keySet());
        for (String member : members) {
            Double before = current.weights().weights().get(member);
            double after = next.weights().getOrDefault(member, 0.0);
            if (!Objects.equals(before, after)) {
                changes.add(
                        Tuple.tuple()
                                .addLong(revision)
                                .addString(null)
                                .addString(member)
                                .addDouble(before)
                                .addDouble(after)
                                .addString(next.reason())
                                .addString(next.context()));
            }
        }
        return changes;
    }

    private static Current current(Row row) {
        SortedMap<String, Double> weights = numbers(row.getString("weights"));
        return new Current(
                new Weights(
                        row.getLong("revision"),
                        weights,
                        row.getOffsetDateTime("updated_at").toInstant()),
                numbers(row.getString("base")),
                JsonColumns.read(row.getString("learning"), Learned.class));
    }

    private static SortedMap<String, Double> numbers(String json) {
        return new TreeMap<>(JsonColumns.read(json, new TypeReference<Map<String, Double>>() {}));
    }

    private static WeightChange change(Row row) {
        Function<String, @Nullable Double> number = row::getDouble;
        return new WeightChange(
                row.getLong("id"),
                row.getLong("revision"),
                row.getString("session"),
                row.getString("member"),
                number.apply("old_weight"),
                row.getDouble("new_weight"),
                row.getOffsetDateTime("changed_at").toInstant(),
                row.getString("reason"),
                JsonColumns.node(row.getString("context")));
    }
}
