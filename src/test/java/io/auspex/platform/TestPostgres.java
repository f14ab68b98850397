package io.auspex.platform;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The PostgreSQL of the tests. Its cluster stays under {@code target/} for the next run; the
 * databases of earlier runs are dropped. Runs at the same time get clusters of their own. It does
 * not wait for the disk: what it holds may be lost with the machine, though not with a process.
 */
final class TestPostgres implements AutoCloseable {

    private static final int MAX_CLUSTERS = 8;

    /** The service's own settings for a crash of the machine (the cluster's own file). */
    private static final List<String> DURABILITY = List.of("fsync", "full_page_writes");

    private final DataFolder folder;
    private final EmbeddedPostgres server;

    private TestPostgres(DataFolder folder, EmbeddedPostgres server) {
        this.folder = folder;
        this.server = server;
    }

    static TestPostgres acquire() {
        for (int number = 1; ; number++) {
            try {
                DataFolder folder = DataFolder.lock(Path.of("target", "test-postgres-" + number));
                TestPostgres postgres = new TestPostgres(folder, EmbeddedPostgres.start(folder));
                postgres.waitForNoDisk();
                postgres.dropOldDatabases();
                return postgres;
            } catch (LaunchException inUse) {
                if (number == MAX_CLUSTERS || !inUse.getMessage().startsWith("Another Auspex")) {
                    throw inUse;
                }
            }
        }
    }

    EmbeddedPostgres server() {
        return server;
    }

    @Override
    public void close() {
        server.close();
        folder.close();
    }

    private void waitForNoDisk() {
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement()) {
            for (String setting : DURABILITY) {
                statement.execute("alter system set " + setting + " = off");
            }
            statement.execute("select pg_reload_conf()");
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private void dropOldDatabases() {
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement()) {
            List<String> old = new ArrayList<>();
            try (var names =
                    statement.executeQuery(
                            "select datname from pg_database where datname like 'test\\_%'")) {
                while (names.next()) {
                    old.add(names.getString(1));
                }
            }
            for (String name : old) {
                statement.execute("drop database " + name + " with (force)");
            }
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
