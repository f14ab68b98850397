package io.auspex.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/** The database of a service that runs in a process of its own, for a test that looks into it. */
public final class LeftPostgres {

    private LeftPostgres() {}

    /**
     * @param data folder of the service
     */
    public static Connection connect(Path data) throws IOException, SQLException {
        // Where it has none of its own there is a link: DatabaseBeside.
        Path folder = data.resolve("postgres").toRealPath().getParent();
        return EmbeddedPostgres.running(folder)
                .orElseThrow(() -> new IOException("no PostgreSQL runs in " + folder))
                .connect(EmbeddedPostgres.DATABASE);
    }
}
