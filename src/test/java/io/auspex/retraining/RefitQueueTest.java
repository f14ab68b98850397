package io.auspex.retraining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class RefitQueueTest {

    private static final Duration LEASE = Duration.ofMinutes(5);

    private final Set<String> models = ConcurrentHashMap.newKeySet();

    @Inject RefitQueue queue;
    @Inject ModelRegistry registry;
    @Inject DataSource jdbc;

    @BeforeEach
    void emptyQueue() throws SQLException {
        sql("delete from refit_job");
        declare("alpha");
        declare("beta");
    }

    @Test
    void aModelHasOneOpenRefitAtATime() {
        Refit first = enqueue("alpha");
        assertThat(first.state()).isEqualTo(RefitState.QUEUED);
        assertFailure(Failure.Category.CONFLICT, "refit-running", () -> enqueue("alpha"));
        claim("me").orElseThrow();
        assertFailure(Failure.Category.CONFLICT, "refit-running", () -> enqueue("alpha"));
        assertFailure(Failure.Category.NOT_FOUND, "no-such-model", () -> enqueue("nobody"));
        assertThat(enqueue("beta").id()).isGreaterThan(first.id());
    }

    @Test
    void concurrentRequestsForOneModelLeaveOneJob() throws Exception {
        int refused = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Refit>> requests =
                    IntStream.range(0, 12)
                            .mapToObj(i -> threads.submit(() -> enqueue("alpha")))
                            .toList();
            for (Future<Refit> request : requests) {
                try {
                    request.get();
                } catch (ExecutionException e) {
                    assertThat(e.getCause()).isInstanceOf(Failure.class);
                    refused++;
                }
            }
        }
        assertThat(refused).isEqualTo(11);
        assertThat(await(() -> queue.refits("alpha", 100))).hasSize(1);
    }

    @Test
    void ownersThatClaimAtTheSameTimeGetDifferentJobs() throws Exception {
        for (int i = 0; i < 10; i++) {
            declare("m" + i);
            enqueue("m" + i);
        }
        List<Long> claimed = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Optional<ClaimedRefit>>> claims =
                    IntStream.range(0, 14)
                            .mapToObj(i -> threads.submit(() -> claim("owner " + i % 2)))
                            .toList();
            for (var claim : claims) {
                claim.get().ifPresent(job -> claimed.add(job.id()));
            }
        }
        assertThat(claimed).doesNotHaveDuplicates();
        // An owner may miss a job that another one is about to leave; nothing is lost by it.
        while (claimed.size() < 10) {
            claimed.add(claim("late").orElseThrow().id());
        }
        assertThat(claimed).doesNotHaveDuplicates();
        assertThat(claim("nobody left")).isEmpty();
    }

    @Test
    void aJobGoesThroughItsPhasesToItsDecision() {
        Refit queued = enqueue("alpha");
        ClaimedRefit claim = claim("me").orElseThrow();
        assertThat(claim.refit().attempt()).isEqualTo(1);
        assertThat(claim.refit().phase()).isEqualTo("dataset");
        assertThat(claim.seed()).isEqualTo(RefitRow.seedOf(queued.id(), "alpha")).isNotNegative();

        Refit folds = await(() -> queue.progress(claim, LEASE, "folds", 40)).orElseThrow();
        assertThat(folds.phase()).isEqualTo("folds");
        assertThat(folds.percent()).isEqualTo(40);
        assertThat(await(() -> queue.heartbeat(claim, LEASE))).isPresent();

        Refit done =
                await(() -> queue.succeed(claim, "REJECTED", "no better than chance", 1))
                        .orElseThrow();
        assertThat(done.state()).isEqualTo(RefitState.SUCCEEDED);
        assertThat(done.decision()).isEqualTo("REJECTED");
        assertThat(done.finishedAt()).isNotNull();
        assertThat(await(() -> queue.succeed(claim, "PROMOTED", "second result", 2))).isEmpty();
        assertThat(await(() -> queue.refit(done.id()))).contains(done);
    }

    /** A minute for 20 % is four more for 80 %. */
    @Test
    void theRemainingTimeFollowsFromTheTimeThatWasTaken() throws SQLException {
        Refit queued = enqueue("alpha");
        ClaimedRefit claim = claim("me").orElseThrow();
        assertThat(await(() -> queue.progress(claim, LEASE, "dataset", 4)).orElseThrow())
                .extracting(Refit::remainingSeconds)
                .isNull();
        sql(
                "update refit_job set attempt_started_at = now() - interval '1 minute' where id = "
                        + queued.id());
        Refit folds = await(() -> queue.progress(claim, LEASE, "folds", 20)).orElseThrow();
        assertThat(folds.remainingSeconds()).isBetween(240L, 300L);
        Refit done = await(() -> queue.succeed(claim, "REJECTED", "no", 1)).orElseThrow();
        assertThat(done.remainingSeconds()).isNull();
    }

    @Test
    void aRequestThatRestsOnAnOlderRefitIsRefused() {
        Refit first = await(() -> after("alpha", null));
        assertFailure(
                Failure.Category.CONFLICT,
                "refit-running",
                () -> await(() -> after("alpha", null)));
        await(() -> queue.cancel(first.id(), "test"));
        assertFailure(
                Failure.Category.CONFLICT,
                "refit-superseded",
                () -> await(() -> after("alpha", null)));
        assertThat(await(() -> after("alpha", first.id())).id()).isGreaterThan(first.id());
        assertFailure(
                Failure.Category.NOT_FOUND,
                "no-such-model",
                () -> await(() -> after("nobody", null)));
    }

    @Test
    void whatBelongsToARequestFailsWithIt() {
        assertThatThrownBy(() ->
                        await(() ->
                                queue.enqueueAfter(
                                        "alpha",
                                        "test",
                                        3,
                                        null,
                                        null,
                                        _ ->
                                                Uni.createFrom()
                                                        .failure(new IllegalStateException()))))
                .isInstanceOf(IllegalStateException.class);
        assertThat(await(() -> queue.refits("alpha", 10))).isEmpty();
    }

    private Uni<Refit> after(String model, Long newest) {
        return queue.enqueueAfter(model, "test", 3, newest, null, _ -> Uni.createFrom().voidItem());
    }

    @Test
    void anExpiredLeaseReturnsTheJobAndFencesItsFormerOwner() throws SQLException {
        enqueue("alpha");
        ClaimedRefit first = claim("first").orElseThrow();
        assertThat(await(queue::expire)).isEmpty();
        expireLeases();
        assertThat(await(queue::expire))
                .singleElement()
                .extracting(Refit::state)
                .isEqualTo(RefitState.QUEUED);

        ClaimedRefit second = claim("second").orElseThrow();
        assertThat(second.attempt()).isEqualTo(2);
        assertThat(second.seed()).isEqualTo(first.seed());
        assertThat(await(() -> queue.heartbeat(first, LEASE))).isEmpty();
        assertThat(await(() -> queue.progress(first, LEASE, "fit", 80))).isEmpty();
        assertThat(await(() -> queue.succeed(first, "PROMOTED", "too late", 1))).isEmpty();
        assertThat(await(() -> queue.fail(first, "too late", ""))).isEmpty();
        assertThat(await(() -> queue.refit(second.id())).orElseThrow()).isEqualTo(second.refit());
    }

    @Test
    void theSameOwnersFormerAttemptIsFencedToo() throws SQLException {
        enqueue("alpha");
        ClaimedRefit first = claim("me").orElseThrow();
        expireLeases();
        await(queue::expire);
        claim("me").orElseThrow();
        assertThat(await(() -> queue.succeed(first, "PROMOTED", "stale", 1))).isEmpty();
    }

    @Test
    void attemptsAreBoundedAndTheReasonIsKept() throws SQLException {
        Refit job = enqueue("alpha");
        for (int attempt = 1; attempt <= 3; attempt++) {
            assertThat(claim("me " + attempt).orElseThrow().attempt()).isEqualTo(attempt);
            expireLeases();
            await(queue::expire);
        }
        assertThat(claim("fourth")).isEmpty();
        Refit failed = await(() -> queue.refit(job.id())).orElseThrow();
        assertThat(failed.state()).isEqualTo(RefitState.FAILED);
        assertThat(failed.reason())
                .isEqualTo("the process that ran attempt 3 of 3 stopped without a result");
        assertThat(failed.finishedAt()).isNotNull();
        assertThat(enqueue("alpha").state()).isEqualTo(RefitState.QUEUED);
    }

    @Test
    void aFailedAttemptWaitsBeforeTheNextOne() throws SQLException {
        Refit job = enqueue("alpha");
        ClaimedRefit claim = claim("me").orElseThrow();
        Refit back =
                await(() -> queue.attemptFailed(claim, "exit code 3", "a\0b", Duration.ofHours(1)))
                        .orElseThrow();
        assertThat(back.state()).isEqualTo(RefitState.QUEUED);
        assertThat(back.reason()).isEqualTo("exit code 3");
        assertThat(back.lastOutput()).isEqualTo("a b");
        assertThat(claim("me")).isEmpty();
        sql("update refit_job set not_before = now() where id = " + job.id());
        assertThat(claim("me")).isPresent();
    }

    @Test
    void jobsOfADeadOwnerComeBackAtOnce() {
        enqueue("alpha");
        enqueue("beta");
        ClaimedRefit dead = claim("dead").orElseThrow();
        ClaimedRefit alive = claim("alive").orElseThrow();
        assertThat(await(queue::owners)).containsExactlyInAnyOrder("dead", "alive");
        assertThat(await(() -> queue.abandon(List.of("dead"))))
                .extracting(Refit::id)
                .containsExactly(dead.id());
        assertThat(await(() -> queue.heartbeat(alive, LEASE))).isPresent();
    }

    @Test
    void aReleasedJobHasNotUsedUpAnAttempt() {
        enqueue("alpha");
        ClaimedRefit claim = claim("me").orElseThrow();
        await(() -> queue.release(claim));
        assertThat(claim("me").orElseThrow().attempt()).isEqualTo(1);
    }

    @Test
    void cancellingEndsAJobOnce() {
        Refit job = enqueue("alpha");
        ClaimedRefit claim = claim("me").orElseThrow();
        assertThat(await(() -> queue.cancel(job.id(), "asked to stop")).state())
                .isEqualTo(RefitState.CANCELLED);
        assertThat(await(() -> queue.heartbeat(claim, LEASE))).isEmpty();
        assertFailure(
                Failure.Category.CONFLICT,
                "refit-finished",
                () -> await(() -> queue.cancel(job.id(), "again")));
        assertFailure(
                Failure.Category.NOT_FOUND,
                "no-such-refit",
                () -> await(() -> queue.cancel(-1, "nothing")));
    }

    @Test
    void anOwnerTakesOnlyWhatItHasCandlesFor() {
        enqueue("alpha");
        assertThat(await(() -> queue.claim("me", LEASE, List.of("beta")))).isEmpty();
        assertThat(await(() -> queue.claim("me", LEASE, List.of()))).isEmpty();
        assertThat(await(() -> queue.claim("me", LEASE, List.of("beta", "alpha")))).isPresent();
    }

    @Test
    void refitsAreListedNewestFirst() {
        Refit alpha = enqueue("alpha");
        Refit beta = enqueue("beta");
        assertThat(await(() -> queue.refits(null, 10))).containsExactly(beta, alpha);
        assertThat(await(() -> queue.refits(null, 1))).containsExactly(beta);
        assertThat(await(() -> queue.refits("alpha", 10))).containsExactly(alpha);
    }

    private Refit enqueue(String model) {
        return await(() -> queue.enqueue(model, "test", 3));
    }

    private Optional<ClaimedRefit> claim(String owner) {
        return await(() -> queue.claim(owner, LEASE, models));
    }

    private void declare(String name) {
        models.add(name);
        // A feed that nobody runs: the application's own runner must not take these jobs.
        MarketSpec market = new MarketSpec("queue", List.of(), Timeframe.FIVE_MINUTES);
        await(() -> registry.declare(ModelSpec.standard(name, market)));
    }

    private void expireLeases() throws SQLException {
        sql(
                "update refit_job set lease_until = now() - interval '1 second' where owner is not null");
    }

    private void sql(String statement) throws SQLException {
        try (Connection connection = jdbc.getConnection();
                var run = connection.createStatement()) {
            run.execute(statement);
        }
    }

    private static void assertFailure(
            Failure.Category category, String slug, ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(type(Failure.class))
                .satisfies(failure -> {
                    assertThat(failure.category()).isEqualTo(category);
                    assertThat(failure.slug()).isEqualTo(slug);
                });
    }

    private static <T> T await(Supplier<Uni<T>> work) {
        return Await.item(work);
    }
}
