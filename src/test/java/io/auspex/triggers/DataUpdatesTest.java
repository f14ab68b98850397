package io.auspex.triggers;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.equalTo;

import io.auspex.api.LiveService;
import io.auspex.ingest.DataRefresh;
import io.auspex.ingest.HistoryLoaded;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The refreshes of a feed that can fetch what it has missed, by a clock that a test moves. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class DataUpdatesTest {

    private static final Duration EVERY = Duration.ofHours(24);
    private static final Duration RETRY = Duration.ofMinutes(15);
    private static final Instant BEGIN = Instant.parse("2030-02-05T00:00:00Z");

    @Inject TrainerStore store;
    @Inject LiveService service;
    @Inject Pool pool;

    private final String feed = "fetching-" + System.nanoTime();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Instant now = BEGIN;
    private int fetched;
    private @Nullable String failure;

    /** A source that fails when a test says so. */
    private final DataRefresh source =
            () -> {
                fetched++;
                if (failure != null) {
                    throw new IOException(failure);
                }
                return new DataRefresh.Refreshed(7, "7 candles");
            };

    /** Another process, or this one after a restart: it knows what the database knows. */
    private DataUpdates restarted() {
        FeedClock clock = new FeedClock(() -> now);
        clock.loaded(
                new HistoryLoaded(
                        feed,
                        Timeframe.FIVE_MINUTES,
                        List.of(new Symbol("ETHBTC")),
                        BEGIN.toEpochMilli()));
        return new DataUpdates(
                () -> Optional.of(source), clock, store, () -> true, EVERY, RETRY, meters);
    }

    @Test
    void aFailureIsTriedAgainSoonAndEverLaterAndAllOfItIsCounted() {
        DataUpdates updates = restarted();
        updates.look();
        assertThat(fetched).isEqualTo(1);
        assertThat(runs()).isEqualTo(runs(1, 1, 0, 0, null, null));
        now = BEGIN.plus(EVERY).minusSeconds(1);
        updates.look();
        assertThat(fetched).as("not before its time").isEqualTo(1);

        failure = "the exchange is closed for repairs";
        now = BEGIN.plus(EVERY);
        Instant first = now;
        updates.look();
        assertThat(runs()).isEqualTo(runs(2, 1, 1, 0, failure, first));
        assertThat(next(updates)).isEqualTo(first.plus(RETRY));
        now = first.plus(RETRY).minusSeconds(1);
        updates.look();
        assertThat(fetched).isEqualTo(2);

        // A restart knows of the failure, and of when to try again.
        DataUpdates other = restarted();
        now = first.plus(RETRY);
        Instant second = now;
        failure = "the exchange is still closed";
        other.look();
        assertThat(runs()).isEqualTo(runs(3, 1, 2, 1, failure, second));
        assertThat(next(other)).isEqualTo(second.plus(RETRY.multipliedBy(2)));

        now = second.plus(RETRY.multipliedBy(2));
        String last = failure;
        failure = null;
        other.look();
        assertThat(runs()).isEqualTo(runs(4, 2, 2, 2, last, second));
        assertThat(next(other)).as("as usual again").isEqualTo(now.plus(EVERY));
        assertThat(meters.get("auspex.data.updates").tag("outcome", "succeeded").counter().count())
                .isEqualTo(2);
        assertThat(meters.get("auspex.data.updates").tag("outcome", "failed").counter().count())
                .isEqualTo(2);
        given().get("/api/trainer/status")
                .then()
                .statusCode(200)
                .body("runs.find { it.name == '" + feed + "' }.kind", equalTo("data-update"))
                .body("runs.find { it.name == '" + feed + "' }.executions", equalTo(4))
                .body("runs.find { it.name == '" + feed + "' }.retries", equalTo(2))
                .body("runs.find { it.name == '" + feed + "' }.last_error", equalTo(last));
    }

    @Test
    void theWaitAfterFailuresIsNeverLongerThanUsual() {
        DataUpdates updates = restarted();
        failure = "never again";
        for (int i = 0; i < 12; i++) {
            assertThatThrownBy(updates::refresh).hasMessage("never again");
            now = now.plusSeconds(1);
        }
        Instant last = now.minusSeconds(1);
        assertThat(next(updates)).isEqualTo(last.plus(EVERY));
        assertThat(runs().failures()).isEqualTo(12);
        assertThat(runs().retries()).isEqualTo(11);
    }

    @Test
    void ofTwoThatRefreshAtOnceOneDoesAndItIsCountedOnce() {
        DataUpdates one = restarted();
        DataUpdates other = restarted();
        Optional<TrainerStore.Refresh> seen = Await.item(() -> store.lastRefresh(feed));
        assertThat(seen).isEmpty();
        one.look();
        assertThat(Await.item(() -> store.claim(feed, now, null))).isFalse();
        other.look();
        assertThat(fetched).isEqualTo(1);
        assertThat(runs().executions()).isEqualTo(1);
    }

    @Test
    void refitsOfAModelAreCountedFromTheQueue() {
        String model = "counted-" + System.nanoTime();
        service.declare(model);
        assertThat(refits(model)).isEqualTo(new Runs("refit", model, 0, 0, 0, 0, null, null, null));
        insert(model, "'SUCCEEDED', 3, 'promoted', '2030-02-05T01:00:00Z'");
        insert(model, "'FAILED', 2, 'out of memory', '2030-02-05T02:00:00Z'");
        insert(model, "'CANCELLED', 0, 'no more', '2030-02-05T03:00:00Z'");
        assertThat(refits(model))
                .isEqualTo(
                        new Runs(
                                "refit",
                                model,
                                2,
                                1,
                                1,
                                3,
                                "out of memory",
                                Instant.parse("2030-02-05T02:00:00Z"),
                                null));
    }

    private void insert(String model, String values) {
        Await.item(() ->
                pool.query(
                                "insert into refit_job (model, trigger_reason, seed, max_attempts,"
                                        + " state, attempt, reason, finished_at) values ('"
                                        + model
                                        + "', 'test', 0, 3, "
                                        + values
                                        + ")")
                        .execute());
    }

    private Instant next(DataUpdates updates) {
        return updates.next(Await.item(() -> store.lastRefresh(feed)));
    }

    private Runs runs() {
        return Await.item(store::runs).stream()
                .filter(runs -> runs.name().equals(feed))
                .findFirst()
                .orElseThrow();
    }

    private Runs refits(String model) {
        return Await.item(store::runs).stream()
                .filter(runs -> runs.kind().equals(Runs.REFIT) && runs.name().equals(model))
                .findFirst()
                .orElseThrow();
    }

    private Runs runs(
            long executions,
            long successes,
            long failures,
            long retries,
            @Nullable String lastError,
            @Nullable Instant lastErrorAt) {
        return new Runs(
                Runs.DATA_UPDATE,
                feed,
                executions,
                successes,
                failures,
                retries,
                lastError,
                lastErrorAt,
                null);
    }
}
