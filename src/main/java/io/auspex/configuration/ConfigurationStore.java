package io.auspex.configuration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.auspex.platform.Json;
import io.auspex.registry.ModelPolicy;
import io.auspex.triggers.RefitRules;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The whole configuration in PostgreSQL: read in one statement, so of one moment. */
@ApplicationScoped
class ConfigurationStore {

    private static final String CURRENT =
            """
            select (select running from trainer) as running,
                   (select weights::text from ensemble_weights) as weights,
                   m.name, m.refit_enabled, m.shadow_closes, m.challenger_share,
                   coalesce(m.spec ->> 'kind', 'market') = 'market' as of_market,
                   t.rules::text as rules
            from (select 1) as one
            left join (model m left join refit_trigger t on t.model = m.name) on true
            """;

    /**
     * In this order always. Rows of rules are made first, so that nobody can make one meanwhile; of
     * a model without a moment from which refits count, that is now, or the beginning of its feed.
     */
    private static final List<String> LOCKS =
            List.of(
                    """
                    insert into refit_trigger (model, since) select name, now() from model
                    order by name on conflict (model) do nothing
                    """,
                    "select 1 from trainer for update",
                    "select 1 from ensemble_weights for update",
                    "select 1 from model order by name for no key update",
                    "select 1 from refit_trigger order by model for update");

    private final Pool pool;

    ConfigurationStore(Pool pool) {
        this.pool = pool;
    }

    Uni<CurrentConfiguration> current() {
        return current(pool);
    }

    static Uni<CurrentConfiguration> current(SqlClient client) {
        return client.query(CURRENT).execute().map(ConfigurationStore::read);
    }

    /** A transaction in which nobody else can change anything of the configuration. */
    <T> Uni<T> alone(Function<SqlConnection, Uni<T>> work) {
        return pool.withTransaction(connection -> {
            Uni<?> locked = Uni.createFrom().voidItem();
            for (String statement : LOCKS) {
                locked = locked.chain(() -> connection.query(statement).execute());
            }
            return locked.chain(() -> work.apply(connection));
        });
    }

    private static CurrentConfiguration read(RowSet<Row> rows) {
        Row any = rows.iterator().next();
        SortedMap<String, ModelConfiguration> models = new TreeMap<>();
        Set<String> ofMarkets = new TreeSet<>();
        for (Row row : rows) {
            String name = row.getString("name");
            if (name == null) {
                continue;
            }
            models.put(
                    name,
                    new ModelConfiguration(
                            new ModelPolicy(
                                    row.getBoolean("refit_enabled"),
                                    row.getInteger("shadow_closes"),
                                    row.getDouble("challenger_share")),
                            rules(row.getString("rules"))));
            if (row.getBoolean("of_market")) {
                ofMarkets.add(name);
            }
        }
        return new CurrentConfiguration(
                new Configuration(
                        any.getBoolean("running"),
                        new TreeMap<>(
                                Objects.requireNonNull(
                                        json(
                                                any.getString("weights"),
                                                new TypeReference<Map<String, Double>>() {}))),
                        models),
                ofMarkets);
    }

    private static @Nullable RefitRules rules(@Nullable String stored) {
        return stored == null ? null : json(stored, new TypeReference<RefitRules>() {});
    }

    private static <T> T json(String stored, TypeReference<T> type) {
        try {
            return Json.mapper().readValue(stored, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("stored configuration cannot be read", e);
        }
    }
}
