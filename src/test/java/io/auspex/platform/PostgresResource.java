package io.auspex.platform;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Gives a {@code @QuarkusTest} an empty database of the same PostgreSQL that the service starts,
 * under {@code target/}: {@code @QuarkusTestResource(PostgresResource.class)}. Also gives it a data
 * folder of its own.
 */
public final class PostgresResource implements QuarkusTestResourceLifecycleManager {

    private @Nullable TestPostgres postgres;

    @Override
    public Map<String, String> start() {
        postgres = TestPostgres.acquire();
        String database = "test_" + UUID.randomUUID().toString().replace("-", "");
        postgres.server().createDatabase(database);
        String jdbcUrl = postgres.server().jdbcUrl(database);
        return Map.of(
                "quarkus.datasource.jdbc.url", jdbcUrl,
                "quarkus.datasource.reactive.url", jdbcUrl.substring("jdbc:".length()),
                "quarkus.datasource.username", postgres.server().username(),
                "quarkus.datasource.password", postgres.server().password(),
                "auspex.data", Path.of("target", "test-data", database).toString());
    }

    @Override
    public void stop() {
        if (postgres != null) {
            postgres.close();
        }
    }
}
