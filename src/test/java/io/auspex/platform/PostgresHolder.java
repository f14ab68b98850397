package io.auspex.platform;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A process to be killed: opens the embedded database of a folder, says so on one line, and holds
 * it until its standard input ends.
 */
final class PostgresHolder {

    private PostgresHolder() {}

    public static void main(String[] arguments) throws IOException {
        try (DataFolder folder = DataFolder.lock(Path.of(arguments[0]));
                EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            System.out.println(
                    "READY "
                            + postgres.jdbcUrl()
                            + " "
                            + postgres.password()
                            + " "
                            + postgres.pid()
                            + " "
                            + postgres.reused());
            while (System.in.read() >= 0) {
                // Stay until the test closes the pipe.
            }
        } catch (LaunchException refused) {
            System.out.println("REFUSED " + refused.getMessage());
        }
    }
}
