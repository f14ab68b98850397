package io.auspex.platform;

import java.util.Map;
import java.util.Optional;

/**
 * Where the state is: what Quarkus has to be told about it.
 *
 * @param reactiveUrl {@code postgresql://host:port/name}
 * @param password empty when the server asks for none
 */
record Database(String reactiveUrl, String username, Optional<String> password) {

    /**
     * The configured one.
     *
     * @throws LaunchException when the address is not one of a PostgreSQL
     */
    static Database configured(String url, PlatformConfig.Database config) {
        String plain = url.startsWith("jdbc:") ? url.substring("jdbc:".length()) : url;
        if (!plain.startsWith("postgresql://")) {
            throw new LaunchException(
                    "auspex.database.url must look like postgresql://host:5432/name, not '"
                            + url
                            + "'.");
        }
        return new Database(plain, config.username(), config.password());
    }

    static Database of(EmbeddedPostgres postgres) {
        return new Database(
                postgres.reactiveUrl(), postgres.username(), Optional.of(postgres.password()));
    }

    /** The properties of the data source: JDBC for the schema, reactive for everything else. */
    Map<String, String> properties() {
        return Map.of(
                "quarkus.datasource.jdbc.url",
                "jdbc:" + reactiveUrl,
                "quarkus.datasource.reactive.url",
                reactiveUrl,
                "quarkus.datasource.username",
                username,
                "quarkus.datasource.password",
                password.orElse(""));
    }
}
