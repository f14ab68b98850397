package io.auspex.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgPool;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.SocketException;
import java.net.http.HttpTimeoutException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the clients of PostgreSQL throw when a real one is not there, or says no. */
class DatabaseAwayTest {

    private static final int PATIENCE_SECONDS = 20;

    private static TestDatabase database;
    private static String path;
    private static FaultProxy line;
    private static Vertx vertx;

    @BeforeAll
    static void open() {
        database = TestDatabase.open();
        java.net.URI url = java.net.URI.create(database.url().replace("jdbc:", ""));
        path = url.getPath().substring(1);
        line = FaultProxy.to(url.getHost(), url.getPort());
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void close() throws Exception {
        done(vertx.close());
        line.close();
        database.close();
    }

    @Test
    void aDatabaseThatCannotBeReachedIsAway() throws Exception {
        Pool pool = pool("127.0.0.1", line.port(), new PoolOptions().setMaxSize(1));
        done(pool.query("select 1").execute());
        Future<?> inFlight = pool.query("select pg_sleep(60)").execute();
        awaitSleeper();
        line.cut();
        assertAway("a query whose connection ends", inFlight);
        assertAway("one whose connection is refused", pool.query("select 1").execute());
        assertThat(catchThrowable(() -> connect().close()))
                .as("JDBC")
                .matches(DatabaseAway::isCauseOf);
        line.restore();
        done(pool.query("select 1").execute());
        done(pool.close());
        assertAway(
                "a name that nobody has",
                pool("database.invalid", 5432, new PoolOptions()).query("select 1").execute());
    }

    @Test
    void aConnectionThatEndsUnderATransactionIsAway() throws Exception {
        Pool pool = pool("127.0.0.1", line.port(), new PoolOptions().setMaxSize(1));
        SqlConnection connection = done(pool.getConnection());
        line.cut();
        assertAway("the next statement", connection.query("select 1").execute());
        assertAway("the one after it", connection.query("select 1").execute());
        line.restore();
        done(pool.close());
    }

    @Test
    void onePatientlyWaitedForIsAway() throws Exception {
        Pool pool =
                pool(
                        "127.0.0.1",
                        line.port(),
                        new PoolOptions()
                                .setMaxSize(1)
                                // Long enough for the first, which has to be made.
                                .setConnectionTimeout(2)
                                .setConnectionTimeoutUnit(TimeUnit.SECONDS));
        SqlConnection busy = done(pool.getConnection());
        assertAway("no connection in time", pool.query("select 1").execute());
        done(busy.close());
        done(pool.close());
    }

    @Test
    void oneThatIsShutDownIsAway() throws Exception {
        Pool pool = pool("127.0.0.1", line.port(), new PoolOptions().setMaxSize(1));
        Future<?> ended = pool.query("select pg_sleep(60)").execute();
        awaitSleeper();
        end(
                "select pg_terminate_backend(pid) from pg_stat_activity where query like '%sleep(60)'"
                        + " and pid <> pg_backend_pid()");
        assertAway("57P01", ended);
        done(pool.close());
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            assertThat(
                            catchThrowable(() ->
                                    statement.execute(
                                            "select pg_terminate_backend(pg_backend_pid())")))
                    .as("JDBC, 57P01")
                    .matches(DatabaseAway::isCauseOf);
            assertThat(catchThrowable(() -> statement.execute("select 1")))
                    .as("JDBC, after it")
                    .matches(DatabaseAway::isCauseOf);
        }
    }

    @Test
    void oneThatSaysNoIsThere() throws Exception {
        Pool pool = pool("127.0.0.1", line.port(), new PoolOptions().setMaxSize(1));
        for (String refused :
                new String[] {
                    "selct 1", "select 1 / 0", "select * from nothing", "select 'x'::int"
                }) {
            assertThat(failure(pool.query(refused).execute()))
                    .as(refused)
                    .matches(failure -> !DatabaseAway.isCauseOf(failure));
        }
        assertThat(failure(pool.preparedQuery("select $1::int").execute()))
                .as("a parameter is missing")
                .matches(failure -> !DatabaseAway.isCauseOf(failure));
        done(pool.close());
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            assertThat(catchThrowable(() -> statement.execute("selct 1")))
                    .as("JDBC")
                    .matches(failure -> !DatabaseAway.isCauseOf(failure));
        }
    }

    @Test
    void whatHasNothingToDoWithADatabaseIsNotItsAbsence() {
        for (Throwable other :
                new Throwable[] {
                    new IOException("Request too large"),
                    new IOException("Read timed out"),
                    new IOException(new SocketException("Connection reset")),
                    new IllegalStateException(new IOException("Stream is closed")),
                    new FileNotFoundException("model.onnx"),
                    new HttpTimeoutException("request timed out"),
                    new IllegalStateException("defect")
                }) {
            assertThat(DatabaseAway.isCauseOf(other)).as(other.toString()).isFalse();
        }
        assertThat(DatabaseAway.isCauseOf(new IOException("Broken pipe"))).isTrue();
    }

    private static Pool pool(String host, int port, PoolOptions options) {
        return PgPool.pool(
                vertx,
                new PgConnectOptions()
                        .setHost(host)
                        .setPort(port)
                        .setDatabase(path)
                        .setUser(database.username())
                        .setPassword(database.password()),
                options);
    }

    private static Connection connect() throws Exception {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + line.port() + "/" + path,
                database.username(),
                database.password());
    }

    private static void awaitSleeper() throws Exception {
        try (Connection connection = direct();
                var statement = connection.createStatement()) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (true) {
                try (var row =
                        statement.executeQuery(
                                "select 1 from pg_stat_activity where state = 'active' and query"
                                        + " like 'select pg_sleep%'")) {
                    if (row.next()) {
                        return;
                    }
                }
                assertThat(System.nanoTime()).isLessThan(deadline);
                Thread.sleep(10);
            }
        }
    }

    private static void end(String statement) throws Exception {
        try (Connection connection = direct();
                var ending = connection.createStatement()) {
            ending.execute(statement);
        }
    }

    private static Connection direct() throws Exception {
        return DriverManager.getConnection(
                database.url(), database.username(), database.password());
    }

    private static void assertAway(String what, Future<?> work) throws Exception {
        Throwable failure = failure(work);
        assertThat(DatabaseAway.isCauseOf(failure)).as("%s: %s", what, failure).isTrue();
    }

    private static Throwable failure(Future<?> work) throws Exception {
        try {
            work.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            return failed.getCause();
        }
        throw new AssertionError("it did not fail");
    }

    private static <T> T done(Future<T> work) throws Exception {
        return work.toCompletionStage()
                .toCompletableFuture()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
