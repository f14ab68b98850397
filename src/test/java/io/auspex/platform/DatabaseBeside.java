package io.auspex.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;

/**
 * The PostgreSQL of a service that has none of its own, a native executable: outside of its data
 * folder, where a link stands in the place in which others have theirs.
 */
public final class DatabaseBeside implements AutoCloseable {

    private static final String CLUSTER = "postgres";

    private final DataFolder folder;
    private EmbeddedPostgres postgres;

    private DatabaseBeside(DataFolder folder) {
        this.folder = folder;
        this.postgres = EmbeddedPostgres.start(folder);
    }

    /** The folder of that of a service. */
    public static Path of(Path data) {
        return data.resolveSibling(data.getFileName() + "-database");
    }

    /** That of a service, new if there is none. */
    public static DatabaseBeside start(Path data) {
        DatabaseBeside started = new DatabaseBeside(DataFolder.lock(of(data)));
        Path link = data.resolve(CLUSTER);
        try {
            Files.createDirectories(data);
            if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
                Files.createSymbolicLink(link, started.folder.path().resolve(CLUSTER));
            }
            return started;
        } catch (IOException failure) {
            started.close();
            throw new UncheckedIOException(failure);
        }
    }

    /** Starts it again, if it was ended. */
    public void ensureItRuns() {
        postgres = EmbeddedPostgres.start(folder);
    }

    /** The variables by which the service finds it. */
    public Map<String, String> environment() {
        Database database = Database.of(postgres);
        return Map.of(
                "AUSPEX_DATABASE_URL", database.reactiveUrl(),
                "AUSPEX_DATABASE_USERNAME", database.username(),
                "AUSPEX_DATABASE_PASSWORD", database.password().orElse(""));
    }

    @Override
    public void close() {
        postgres.close();
        folder.close();
    }
}
