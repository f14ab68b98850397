package io.auspex.signals;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgBuilder;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnectOptions;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Another process is another pool here, with a name of its own, on the same PostgreSQL. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class LedgerTailTest {

    private static final long WAIT_SECONDS = 20;

    @Inject SignalLedger ledger;
    @Inject SignalHub hub;
    @Inject LedgerTail tail;
    @Inject Vertx vertx;

    @ConfigProperty(name = "quarkus.datasource.reactive.url")
    String url;

    @ConfigProperty(name = "quarkus.datasource.username")
    String username;

    @ConfigProperty(name = "quarkus.datasource.password")
    String password;

    private final BlockingQueue<List<Signal>> heard = new LinkedBlockingQueue<>();
    private Pool otherPool;
    private SignalLedger other;
    private SignalHub.Subscription subscription;

    @BeforeEach
    void open() {
        // What earlier tests have appended is no news.
        tail.follow();
        PgConnectOptions options = PgConnectOptions.fromUri(url);
        options.setUser(username).setPassword(password);
        options.setProperties(Map.of("application_name", "other"));
        otherPool = PgBuilder.pool().connectingTo(options).using(vertx).build();
        other = new SignalLedger(otherPool);
        subscription = hub.subscribe(_ -> {}, heard::add);
    }

    @AfterEach
    void close() {
        subscription.close();
        otherPool.closeAndAwait();
    }

    @Test
    void whatAnotherProcessAppendsIsPublishedHereCloseByClose() throws Exception {
        long before = Await.item(ledger::head);
        List<Signal> appended = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int number = i;
            appended.addAll(
                    Await.item(() ->
                            other.append(
                                    PendingSignals.close("tail", number, "AAABTC", "BBBBTC"))));
        }
        List<Signal> published = new ArrayList<>();
        while (published.size() < 6) {
            List<Signal> next = heard.poll(WAIT_SECONDS, TimeUnit.SECONDS);
            assertThat(next).as("after " + published.size()).isNotNull();
            assertThat(next)
                    .extracting(Signal::closeTime)
                    .containsOnly(next.getFirst().closeTime());
            published.addAll(next);
        }
        assertThat(published).isEqualTo(appended);
        assertThat(published)
                .extracting(Signal::seq)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(before + 1, before + 6).boxed().toList());
    }

    /** The pipeline's own publication may come before the news of what lies between. */
    @Test
    void whatLiesBetweenIsPublishedBeforeWhatThisProcessHasAppended() {
        SignalHub fresh = new SignalHub();
        List<Signal> told = new ArrayList<>();
        long before = Await.item(ledger::head);
        fresh.restore(before, List.of());
        fresh.readGapsFrom((after, limit) -> Await.item(() -> ledger.after(null, after, limit)));
        try (SignalHub.Subscription mine = fresh.subscribe(_ -> {}, told::addAll)) {
            List<Signal> theirs =
                    Await.item(() ->
                            other.append(PendingSignals.close("between", 0, "AAABTC", "BBBBTC")));
            List<Signal> ours =
                    Await.item(() -> ledger.append(PendingSignals.close("own", 0, "AAABTC")));
            assertThat(fresh.publish(ours)).isEqualTo(ours);
            assertThat(told).containsExactly(theirs.getFirst(), theirs.getLast(), ours.getFirst());
            assertThat(mine).isNotNull();
        }
    }

    @Test
    void nothingIsPublishedPastAGapThatCannotBeRead() {
        SignalHub fresh = new SignalHub();
        List<Signal> told = new ArrayList<>();
        fresh.restore(Await.item(ledger::head), List.of());
        fresh.readGapsFrom((_, _) -> {
            throw new IllegalStateException("away");
        });
        try (SignalHub.Subscription mine = fresh.subscribe(_ -> {}, told::addAll)) {
            Await.item(() -> other.append(PendingSignals.close("unread", 0, "AAABTC")));
            List<Signal> ours =
                    Await.item(
                            () -> ledger.append(PendingSignals.close("unread-own", 0, "AAABTC")));
            assertThat(fresh.publish(ours)).isEmpty();
            assertThat(told).isEmpty();
            assertThat(mine).isNotNull();
        }
    }
}
