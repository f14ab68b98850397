package io.auspex.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real servers, real child processes, real kills. */
class EmbeddedPostgresTest {

    private static final Path ROOT = Path.of("target", "embedded-postgres-test");

    private Path folder = ROOT;

    @BeforeEach
    void makeFolder() throws IOException {
        Files.createDirectories(ROOT);
        // Unpacked once for all tests: what a second start on one machine finds.
        folder = Files.createTempDirectory(ROOT, "data-").toRealPath();
        Path binaries = Files.createDirectories(ROOT.resolve("postgres-bin")).toRealPath();
        Files.createSymbolicLink(folder.resolve("postgres-bin"), binaries);
    }

    @AfterEach
    void removeFolder() throws Exception {
        PostmasterFile.read(folder.resolve("postgres"))
                .flatMap(left -> ProcessHandle.of(left.pid()))
                .ifPresent(ProcessHandle::destroyForcibly);
        Files.deleteIfExists(folder.resolve("postgres-bin"));
        Commands.deleteRecursively(folder);
    }

    @Test
    void keepsItsDataOverAStop() throws SQLException {
        try (DataFolder data = DataFolder.lock(folder);
                EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
            execute(postgres, "create table kept (value integer); insert into kept values (41)");
        }
        assertThat(folder.resolve("postgres").resolve(PostmasterFile.NAME)).doesNotExist();
        try (DataFolder data = DataFolder.lock(folder);
                EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
            assertThat(postgres.reused()).isFalse();
            assertThat(number(postgres, "select value from kept")).isEqualTo(41);
        }
    }

    @Test
    void committedRowsSurviveTheKillOfTheServiceAndTheRunningServerIsTakenOver() throws Exception {
        Holder killed = new Holder(folder);
        try (Connection connection = killed.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("create table kept (value integer)");
            statement.execute("insert into kept values (42)");
        }
        killed.kill();

        try (DataFolder data = DataFolder.lock(folder);
                EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
            assertThat(postgres.reused()).isTrue();
            assertThat(postgres.pid()).isEqualTo(killed.serverPid());
            assertThat(number(postgres, "select value from kept")).isEqualTo(42);
        }
    }

    @Test
    void committedRowsSurviveTheKillOfTheServiceAndOfTheServer() throws Exception {
        Holder killed = new Holder(folder);
        try (Connection connection = killed.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("create table kept (value integer)");
            statement.execute("insert into kept select * from generate_series(1, 1000)");
            ProcessHandle.of(killed.serverPid()).orElseThrow().destroyForcibly();
        } catch (SQLException cutOff) {
            // Closing a connection to a killed server may say so.
        }
        killed.kill();

        try (DataFolder data = DataFolder.lock(folder);
                EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
            assertThat(postgres.reused()).isFalse();
            assertThat(number(postgres, "select count(*) from kept")).isEqualTo(1000);
        }
    }

    @Test
    void aPidFileOfAnInnocentProcessDoesNotStopIt() throws Exception {
        try (DataFolder data = DataFolder.lock(folder)) {
            EmbeddedPostgres.start(data).close();
            Files.writeString(
                    folder.resolve("postgres").resolve(PostmasterFile.NAME),
                    ProcessHandle.current().pid() + "\n" + folder + "\n0\n1\n\n127.0.0.1\n\n");
            try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
                assertThat(postgres.reused()).isFalse();
                assertThat(number(postgres, "select 1")).isEqualTo(1);
            }
        }
    }

    @Test
    void theSecondServiceOnAFolderIsRefusedWithTheProcessOfTheFirst() throws Exception {
        Path shared = Files.createDirectories(folder.resolve("shared"));
        try (DataFolder held = DataFolder.lock(shared)) {
            assertThat(held.path()).isEqualTo(shared);
            Holder second = new Holder(shared);
            assertThat(second.firstLine())
                    .startsWith("REFUSED Another Auspex (process " + ProcessHandle.current().pid())
                    .contains(shared.toString())
                    .contains("--data=");
            assertThatThrownBy(() -> DataFolder.lock(shared)).isInstanceOf(LaunchException.class);
        }
        DataFolder.lock(shared).close();
    }

    @Test
    void dataOfAnotherPostgresVersionIsRefusedAndLeftAlone() throws IOException {
        Path cluster = Files.createDirectories(folder.resolve("postgres"));
        Files.writeString(cluster.resolve("PG_VERSION"), "15\n");
        try (DataFolder data = DataFolder.lock(folder)) {
            assertThatThrownBy(() -> EmbeddedPostgres.start(data))
                    .isInstanceOf(LaunchException.class)
                    .hasMessageContaining("PostgreSQL 15")
                    .hasMessageContaining("PostgreSQL 18");
        }
        assertThat(Files.readString(cluster.resolve("PG_VERSION"))).isEqualTo("15\n");
    }

    @Test
    void asksForThePasswordAndFlushesWhatIsCommitted() throws SQLException {
        try (DataFolder data = DataFolder.lock(folder);
                EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
            assertThatThrownBy(() ->
                            DriverManager.getConnection(
                                    postgres.jdbcUrl(), postgres.username(), "guess"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
            assertThat(text(postgres, "show fsync")).isEqualTo("on");
            assertThat(text(postgres, "show synchronous_commit")).isEqualTo("on");
            assertThat(text(postgres, "show full_page_writes")).isEqualTo("on");
            assertThat(text(postgres, "show listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(text(postgres, "show unix_socket_directories")).isEmpty();
        }
    }

    private static void execute(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (Connection connection = postgres.connect("auspex");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long number(EmbeddedPostgres postgres, String sql) throws SQLException {
        return Long.parseLong(text(postgres, sql));
    }

    private static String text(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (Connection connection = postgres.connect("auspex");
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** A child process that holds the database of a folder. */
    private static final class Holder {

        private final Process process;
        private final String firstLine;

        Holder(Path folder) throws IOException {
            process =
                    new ProcessBuilder(
                                    ProcessHandle.current().info().command().orElseThrow(),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    "io.auspex.platform.PostgresHolder",
                                    folder.toString())
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            BufferedReader lines = new BufferedReader(process.inputReader(StandardCharsets.UTF_8));
            firstLine = String.valueOf(lines.readLine());
        }

        String firstLine() {
            return firstLine;
        }

        Connection connect() throws SQLException {
            String[] words = firstLine.split(" ");
            return DriverManager.getConnection(words[1], "auspex", words[2]);
        }

        long serverPid() {
            return Long.parseLong(firstLine.split(" ")[3]);
        }

        /** kill -9. */
        void kill() throws InterruptedException {
            process.destroyForcibly();
            process.waitFor(10, TimeUnit.SECONDS);
        }
    }
}
