package io.auspex.platform;

import java.util.List;
import java.util.UUID;

/** An empty database on a PostgreSQL of its own, for services that are processes. */
public final class TestDatabase implements AutoCloseable {

    private final TestPostgres postgres;
    private final String name = "test_" + UUID.randomUUID().toString().replace("-", "");

    private TestDatabase(TestPostgres postgres) {
        this.postgres = postgres;
        postgres.server().createDatabase(name);
    }

    /** It outlives every service that is killed. */
    public static TestDatabase open() {
        return new TestDatabase(TestPostgres.acquire());
    }

    /** What a service is started with, to use it. */
    public List<String> options() {
        return List.of(
                "--database.url=" + url(),
                "--database.username=" + username(),
                "--database.password=" + password());
    }

    public String url() {
        return postgres.server().jdbcUrl(name);
    }

    public String username() {
        return postgres.server().username();
    }

    public String password() {
        return postgres.server().password();
    }

    @Override
    public void close() {
        postgres.close();
    }
}
