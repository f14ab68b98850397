package io.auspex.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Processes that are sessions with names of their own, on a real PostgreSQL. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class ElectionTest {

    private static final Duration EVERY = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMillis(800);
    private static final long WAIT_SECONDS = 20;

    @Inject Vertx vertx;

    @ConfigProperty(name = "quarkus.datasource.reactive.url")
    String url;

    @ConfigProperty(name = "quarkus.datasource.username")
    String username;

    @ConfigProperty(name = "quarkus.datasource.password")
    String password;

    private final String feed = "test-" + UUID.randomUUID();
    private final String office = "ingest:" + feed;
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    @Test
    void oneLeadsAndTheNextTakesOverWhenItLetsGo() throws Exception {
        Process first = stand(sessions("first", url));
        first.expect("elected");
        Process second = stand(sessions("second", url));
        second.expectNothing();
        assertThat(second.election.leads()).isFalse();
        assertThat(second.election.holder().orElseThrow().process()).startsWith("first");

        first.election.close();
        second.expect("elected");
        assertThat(first.election.leads()).isFalse();
        assertThat(second.election.holder().orElseThrow().term()).isEqualTo(2);
    }

    @Test
    void aLeaderWhoseSessionBreaksGetsItsLockBackAndGoesOn() throws Exception {
        Process only = stand(sessions("only", url));
        only.expect("elected");
        endSessionsOf(only);
        only.expectNothing();
        assertThat(only.election.leads()).isTrue();
        assertThat(only.election.holder().orElseThrow().term()).isEqualTo(1);
        assertThat(holderInTheDatabase()).isEqualTo(only.name());
    }

    @Test
    void aLeaderWhoseConnectionHangsIsReplacedAndItsWritesAreRefused() throws Exception {
        try (StallingProxy proxy = new StallingProxy(URI.create(url).getPort())) {
            String throughProxy = url.replace(":" + URI.create(url).getPort(), ":" + proxy.port());
            DatabaseSessions hanging = sessions("hanging", throughProxy);
            Process former = stand(hanging);
            former.expect("elected");
            PgConnection writer = session(sessions(former.name(), url, false));
            insertCandle(writer, 1);

            Process next = stand(sessions("next", url));
            next.expectNothing();
            proxy.stall();
            next.expect("elected");
            assertThat(next.election.holder().orElseThrow().term()).isEqualTo(2);

            assertThatThrownBy(() -> insertCandle(writer, 2))
                    .hasMessageContaining("is ingested by " + next.name());
            insertCandle(session(sessions(next.name(), url, false)), 2);
            assertThat(candles()).isEqualTo(2);

            proxy.heal();
            former.expect("deposed");
            assertThat(former.election.leads()).isFalse();
            assertThat(next.election.leads()).isTrue();
        }
    }

    /** The write of a leader that is under way is either seen by the next one or refused. */
    @Test
    void aChangeOfLeaderWaitsForAWriteThatIsUnderWay() throws Exception {
        Process former = stand(sessions("former", url));
        former.expect("elected");
        PgConnection writer = session(sessions(former.name(), url, false));
        run(writer, "begin", Tuple.tuple());
        insertCandle(writer, 1);

        former.election.close();
        Process next = stand(sessions("next", url));
        next.expectNothing();
        run(writer, "commit", Tuple.tuple());
        next.expect("elected");
        assertThat(candles()).isEqualTo(1);
    }

    /** What one process sees of the election. */
    private record Process(
            DatabaseSessions sessions, Election election, BlockingQueue<String> heard) {

        String name() {
            return sessions.process();
        }

        void expect(String news) throws InterruptedException {
            assertThat(heard.poll(WAIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(news);
        }

        /** For long enough that several looks have been taken. */
        void expectNothing() throws InterruptedException {
            assertThat(heard.poll(5 * EVERY.toMillis(), TimeUnit.MILLISECONDS)).isNull();
        }
    }

    private Process stand(DatabaseSessions sessions) {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        Election election =
                new Election(
                        sessions,
                        office,
                        EVERY,
                        PATIENCE,
                        new Election.Candidate() {
                            @Override
                            public void elected() {
                                heard.add("elected");
                            }

                            @Override
                            public void deposed() {
                                heard.add("deposed");
                            }
                        });
        open.add(election);
        election.begin();
        return new Process(sessions, election, heard);
    }

    private DatabaseSessions sessions(String name, String address) {
        return sessions(name, address, true);
    }

    private DatabaseSessions sessions(String name, String address, boolean fresh) {
        return new DatabaseSessions(
                vertx,
                address,
                username,
                Optional.of(password),
                fresh ? name + "-" + UUID.randomUUID().toString().substring(0, 8) : name);
    }

    private PgConnection session(DatabaseSessions sessions) {
        PgConnection session = sessions.open();
        open.add(() -> {
            var _ = DatabaseSessions.await(session.close(), PATIENCE);
        });
        return session;
    }

    private void endSessionsOf(Process process) {
        run(
                session(sessions("killer", url)),
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1",
                Tuple.of(process.name()));
    }

    private String holderInTheDatabase() {
        return run(
                        session(sessions("reader", url)),
                        "select holder from leader where office = $1",
                        Tuple.of(office))
                .iterator()
                .next()
                .getString(0);
    }

    private void insertCandle(PgConnection writer, long number) {
        run(
                writer,
                "insert into candle values ($1, 'AAA', '5m', $2, 1, 1, 1, 1, 1)",
                Tuple.of(feed, number * 300_000));
    }

    private long candles() {
        return run(
                        session(sessions("reader", url)),
                        "select count(*) from candle where feed = $1",
                        Tuple.of(feed))
                .iterator()
                .next()
                .getLong(0);
    }

    private static RowSet<Row> run(PgConnection session, String sql, Tuple parameters) {
        return DatabaseSessions.await(
                session.preparedQuery(sql).execute(parameters), Duration.ofSeconds(WAIT_SECONDS));
    }
}
