package io.auspex.platform;

import io.auspex.platform.Commands.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * A real PostgreSQL of our own, whose data outlives us. It is a process of its own session: it goes
 * on when this one is killed, and the next start finds it again and uses it; when it was killed
 * too, the next start recovers its write-ahead log. It listens on the loopback interface only, on a
 * port that was free, and asks for a generated password that lies inside the cluster's own folder
 * (mode 600).
 *
 * <p>The caller holds the {@link DataFolder}, so there is one starter at a time.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    private static final String USER = "auspex";
    static final String DATABASE = "auspex";
    private static final String PASSWORD_FILE = "auspex.password";
    private static final String MAJOR_VERSION = "18";

    /** SQLSTATE of a server that is starting, recovering or stopping. */
    private static final String CANNOT_CONNECT_NOW = "57P03";

    /** SQLSTATE class of connections that were refused or cut. */
    private static final String CONNECTION_FAILURES = "08";

    private static final int PASSWORD_BYTES = 24;
    private static final int START_ATTEMPTS = 5;

    /** What PostgreSQL says while a process of its killed predecessor finishes its statement. */
    private static final String STILL_IN_USE = "pre-existing shared memory block";

    private static final Duration ORPHANS_PAUSE = Duration.ofSeconds(1);
    private static final Duration INIT_TIMEOUT = Duration.ofMinutes(2);

    /** Recovery after a crash replays the log of at most {@code max_wal_size}: seconds. */
    private static final Duration START_TIMEOUT = Duration.ofMinutes(5);

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(20);

    private final Path cluster;
    private final PostmasterFile server;
    private final String password;
    private final boolean reused;

    private EmbeddedPostgres(Path cluster, PostmasterFile server, String password, boolean reused) {
        this.cluster = cluster;
        this.server = server;
        this.password = password;
        this.reused = reused;
    }

    /**
     * Starts the PostgreSQL of a data folder ({@code postgres/} in it), creating it when it is
     * missing, or takes over the one that still runs.
     *
     * @throws LaunchException when that is impossible; the message says what to do
     */
    public static EmbeddedPostgres start(DataFolder data) {
        Path cluster = data.path().resolve("postgres");
        try {
            requireOurVersion(cluster);
            EmbeddedPostgres postgres = startAndWait(data.path(), cluster);
            postgres.createDatabase(DATABASE);
            return postgres;
        } catch (IOException failure) {
            throw new LaunchException(
                    "The embedded PostgreSQL in "
                            + cluster
                            + " cannot be used ("
                            + failure
                            + "). Did another user create the folder?",
                    failure);
        }
    }

    /** The one that runs in a data folder that somebody else holds; empty when none does. */
    static Optional<EmbeddedPostgres> running(Path data) throws IOException {
        Path cluster = data.resolve("postgres");
        Optional<PostmasterFile> file =
                PostmasterFile.read(cluster).filter(server -> server.isServing(cluster));
        return file.isEmpty()
                ? Optional.empty()
                : Optional.of(new EmbeddedPostgres(cluster, file.get(), password(cluster), true));
    }

    /** Address for JDBC drivers. */
    public String jdbcUrl() {
        return jdbcUrl(DATABASE);
    }

    String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + server.port() + "/" + database;
    }

    /** Address for the reactive client. */
    public String reactiveUrl() {
        return jdbcUrl().substring("jdbc:".length());
    }

    public String username() {
        return USER;
    }

    public String password() {
        return password;
    }

    /** Whether a server that was already running has been taken over. */
    public boolean reused() {
        return reused;
    }

    /** Process id of the server. */
    public long pid() {
        return server.pid();
    }

    /** A new connection to one of its databases, for set-up and tests. */
    Connection connect(String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", USER);
        properties.setProperty("password", password);
        Connection connection = new org.postgresql.Driver().connect(jdbcUrl(database), properties);
        if (connection == null) {
            throw new SQLException("the driver refused " + jdbcUrl(database));
        }
        return connection;
    }

    /** Creates a database when it does not exist. The name is ours, never anybody's input. */
    void createDatabase(String name) {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            try (var found =
                    statement.executeQuery(
                            "select from pg_database where datname = '" + name + "'")) {
                if (found.next()) {
                    return;
                }
            }
            statement.execute("create database " + name);
        } catch (SQLException failure) {
            throw new LaunchException(
                    "The embedded PostgreSQL in "
                            + cluster
                            + " does not answer: "
                            + failure.getMessage(),
                    failure);
        }
    }

    /** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
    @Override
    public void close() {
        signal("INT");
        if (!awaitEnd()) {
            signal("QUIT");
            awaitEnd();
        }
    }

    private void signal(String name) {
        // The shell's own kill: ProcessHandle cannot send SIGINT, and not every machine has
        // /bin/kill.
        Commands.run(STOP_TIMEOUT, List.of("/bin/sh", "-c", "kill -" + name + " " + server.pid()));
    }

    private boolean awaitEnd() {
        long deadline = System.nanoTime() + STOP_TIMEOUT.toNanos();
        while (server.isServing(cluster)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        return true;
    }

    /** A server that is recovering or shutting down is waited for. */
    private static EmbeddedPostgres startAndWait(Path data, Path cluster) throws IOException {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (true) {
            Optional<PostmasterFile> running = serving(cluster);
            EmbeddedPostgres postgres =
                    running.isPresent()
                            ? new EmbeddedPostgres(cluster, running.get(), password(cluster), true)
                            : launch(data, cluster);
            Optional<SQLException> refusal = postgres.refusal();
            if (refusal.isEmpty()) {
                return postgres;
            }
            if (!passes(refusal.get()) || System.nanoTime() > deadline) {
                throw new LaunchException(
                        "The embedded PostgreSQL in "
                                + cluster
                                + " does not let us in: "
                                + refusal.get().getMessage(),
                        refusal.get());
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    private Optional<SQLException> refusal() {
        try (Connection connection = connect("postgres")) {
            return connection.isValid(0)
                    ? Optional.empty()
                    : Optional.of(new SQLException("closed at once", CONNECTION_FAILURES));
        } catch (SQLException failure) {
            return Optional.of(failure);
        }
    }

    private static boolean passes(SQLException refusal) {
        String state = String.valueOf(refusal.getSQLState());
        return state.equals(CANNOT_CONNECT_NOW) || state.startsWith(CONNECTION_FAILURES);
    }

    private static void requireOurVersion(Path cluster) throws IOException {
        Path file = cluster.resolve("PG_VERSION");
        if (!Files.exists(cluster)) {
            return;
        }
        String version = Files.exists(file) ? Files.readString(file).strip() : "none";
        if (!version.equals(MAJOR_VERSION)) {
            throw new LaunchException(
                    "The data in "
                            + cluster
                            + " was written by PostgreSQL "
                            + version
                            + ", and this Auspex brings PostgreSQL "
                            + MAJOR_VERSION
                            + ". Move it with pg_dump and pg_restore, or choose another folder with"
                            + " --data=<folder>.");
        }
    }

    private static Optional<PostmasterFile> serving(Path cluster) throws IOException {
        Optional<PostmasterFile> file = PostmasterFile.read(cluster);
        if (file.isEmpty() || file.get().isServing(cluster)) {
            return file;
        }
        // Its number may by now belong to an innocent process, which PostgreSQL would respect. When
        // it belongs to nobody the file stays: from it PostgreSQL learns whether a process of the
        // killed server still uses its memory.
        if (ProcessHandle.of(file.get().pid()).isPresent()) {
            Files.delete(cluster.resolve(PostmasterFile.NAME));
        }
        return Optional.empty();
    }

    private static EmbeddedPostgres launch(Path data, Path cluster) throws IOException {
        PostgresBinaries binaries = PostgresBinaries.unpackedIn(data.resolve("postgres-bin"));
        PostgresAccount account = PostgresAccount.choose(data, binaries.program("postgres"));
        if (!Files.exists(cluster)) {
            create(data, cluster, binaries, account);
        }
        account.own(cluster);
        String output = "";
        for (int attempt = 1; attempt <= START_ATTEMPTS; attempt++) {
            configure(cluster, freePort());
            Outcome outcome = startServer(cluster, binaries, account);
            if (outcome.succeeded()) {
                PostmasterFile server =
                        PostmasterFile.read(cluster)
                                .orElseThrow(() -> new IOException("postmaster.pid is missing"));
                return new EmbeddedPostgres(cluster, server, password(cluster), false);
            }
            output = outcome.output() + "\n" + Files.readString(startLog(cluster));
            if (output.contains(STILL_IN_USE)) {
                LockSupport.parkNanos(ORPHANS_PAUSE.toNanos());
            } else if (!output.contains("Address already in use")) {
                break;
            }
        }
        throw new LaunchException(
                "The embedded PostgreSQL in " + cluster + " did not start:\n" + output);
    }

    /** Creates the cluster aside and moves it into place whole. */
    private static void create(
            Path data, Path cluster, PostgresBinaries binaries, PostgresAccount account)
            throws IOException {
        Path unfinished = data.resolve("postgres.unfinished");
        Commands.deleteRecursively(unfinished);
        Files.createDirectory(
                unfinished,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        // initdb wants an empty folder, so the password waits outside and moves in afterwards.
        Path waiting = data.resolve("postgres.unfinished.password");
        Files.deleteIfExists(waiting);
        writePrivately(waiting, newPassword());
        account.own(waiting);
        account.own(unfinished);
        Outcome outcome =
                Commands.run(
                        INIT_TIMEOUT,
                        account.command(
                                List.of(
                                        binaries.program("initdb").toString(),
                                        "--pgdata=" + unfinished,
                                        "--username=" + USER,
                                        "--pwfile=" + waiting,
                                        "--auth=scram-sha-256",
                                        "--encoding=UTF8",
                                        "--locale=C")));
        if (!outcome.succeeded()) {
            throw new LaunchException("PostgreSQL's initdb failed:\n" + outcome.output());
        }
        Files.move(waiting, unfinished.resolve(PASSWORD_FILE));
        Files.move(unfinished, cluster, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Outcome startServer(
            Path cluster, PostgresBinaries binaries, PostgresAccount account) throws IOException {
        Files.deleteIfExists(startLog(cluster));
        // pg_ctl gives the server a session of its own, so that Ctrl-C in a terminal stops Auspex
        // first and Auspex then stops the server.
        return Commands.run(
                START_TIMEOUT,
                account.command(
                        List.of(
                                binaries.program("pg_ctl").toString(),
                                "start",
                                "--wait",
                                "--timeout=" + START_TIMEOUT.toSeconds(),
                                "--pgdata=" + cluster,
                                "--log=" + startLog(cluster))));
    }

    private static Path startLog(Path cluster) {
        return cluster.resolve("start.log");
    }

    /** Written anew at every start, so that a newer Auspex brings its own settings. */
    private static void configure(Path cluster, int port) throws IOException {
        Path file = cluster.resolve("postgresql.conf");
        Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("rw-------");
        Files.writeString(
                file,
                """
                # Written by Auspex at every start; changes are lost.
                listen_addresses = '127.0.0.1'
                port = %d
                unix_socket_directories = ''
                password_encryption = 'scram-sha-256'
                max_connections = 200
                shared_buffers = 128MB
                max_wal_size = 512MB
                # Small containers have a small /dev/shm; our queries need no parallel workers.
                max_parallel_workers_per_gather = 0
                # What was committed is on disk, or a crash would lose it.
                fsync = on
                synchronous_commit = on
                full_page_writes = on
                logging_collector = on
                log_directory = 'log'
                log_filename = 'postgresql-%%a.log'
                log_truncate_on_rotation = on
                log_rotation_age = 1d
                timezone = 'UTC'
                log_timezone = 'UTC'
                """
                        .formatted(port),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        Files.setPosixFilePermissions(file, permissions);
    }

    private static String password(Path cluster) throws IOException {
        return Files.readString(cluster.resolve(PASSWORD_FILE)).strip();
    }

    private static void writePrivately(Path file, String text) throws IOException {
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text);
    }

    private static String newPassword() {
        byte[] bytes = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }
}
