package io.auspex.retraining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelPolicy;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelSettings;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.VersionState;
import io.auspex.serving.TinyModels;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A decision and the end of its job are one transaction: who has lost the job decides nothing. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class LostClaimTest {

    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final GateDecision PROMOTE = new GateDecision.Promote("merits", false);

    @Inject Candidates candidates;
    @Inject RefitQueue queue;
    @Inject ModelRegistry registry;
    @Inject ModelSettings settings;

    @Test
    void aDecisionEndsItsJob() {
        ClaimedRefit job = claimed("held");
        AttemptResult.Decided decided = carryOut(job, PROMOTE);
        Refit ended = await(() -> queue.refit(job.id())).orElseThrow();
        assertThat(ended.state()).isEqualTo(RefitState.SUCCEEDED);
        assertThat(ended.version()).isEqualTo(decided.version());
        assertThat(ended.decision()).isEqualTo("PROMOTED");
        assertThat(champion("held")).isEqualTo(decided.version());

        ClaimedRefit next = claimed("held");
        carryOut(next, new GateDecision.Reject("no better"));
        assertThat(await(() -> queue.refit(next.id())).orElseThrow().decision())
                .isEqualTo("REJECTED");
    }

    @Test
    void afterACancellationNothingIsPromotedRejectedOrMadeAChallenger() {
        carryOut(claimed("lost"), PROMOTE);
        int champion = Objects.requireNonNull(champion("lost"));
        await(() -> settings.set("lost", new ModelPolicy(true, 100, 0)));
        requireRefused(PROMOTE);
        await(() -> settings.set("lost", ModelPolicy.STANDARD));
        requireRefused(PROMOTE);
        requireRefused(new GateDecision.Promote("demonstration", true));
        requireRefused(new GateDecision.Reject("no better"));
        assertThat(champion("lost")).isEqualTo(champion);
        assertThat(await(() -> registry.model("lost")).orElseThrow().challenger()).isNull();
        assertThat(await(() -> registry.versions("lost")))
                .filteredOn(version -> version.version() != champion)
                .hasSize(4)
                .allMatch(version -> version.state() == VersionState.CANDIDATE);
    }

    @Test
    void whatTheMarketWasBeforeItsChangeIsNotLearntFromAsLongAsThatChampionServes() {
        Instant change = Instant.parse("2026-03-01T00:00:00Z");
        MarketSpec market = new MarketSpec("nobody's", List.of(), Timeframe.FIVE_MINUTES);
        await(() -> registry.declare(ModelSpec.standard("changed", market)));
        Refit refit =
                await(() ->
                        queue.enqueueAfter(
                                "changed",
                                "test",
                                3,
                                null,
                                change,
                                _ -> Uni.createFrom().voidItem()));
        assertThat(refit.dataFrom()).isEqualTo(change);
        ClaimedRefit claim =
                await(() -> queue.claim("me", LEASE, List.of("changed"))).orElseThrow();
        carryOut(claim, PROMOTE);

        ClaimedRefit next = claimed("changed");
        assertThat(next.refit().dataFrom()).isEqualTo(change);
        carryOut(next, new GateDecision.Reject("no better"));
        assertThat(claimed("changed").refit().dataFrom())
                .as("the champion is the same")
                .isEqualTo(change);
        assertThat(claimed("unchanged").refit().dataFrom()).isNull();
    }

    private void requireRefused(GateDecision decision) {
        ClaimedRefit job = claimed("lost");
        await(() -> queue.cancel(job.id(), "cancelled"));
        assertThatThrownBy(() -> carryOut(job, decision))
                .isInstanceOfSatisfying(
                        Failure.class,
                        failure -> assertThat(failure.slug()).isEqualTo(RefitQueue.LOST));
    }

    private AttemptResult.Decided carryOut(ClaimedRefit job, GateDecision decision) {
        String model = job.refit().model();
        TinyModels tiny = TinyModels.tiny().named(model).bias(job.id());
        ModelVersion version =
                await(() ->
                        registry.add(
                                model,
                                RefitAttempt.originOf(job.id()),
                                tiny.schema(),
                                tiny.onnx(),
                                tiny.report()));
        return candidates.carryOut(version, decision, decided -> queue.conclude(job, decided));
    }

    private ClaimedRefit claimed(String model) {
        MarketSpec market = new MarketSpec("nobody's", List.of(), Timeframe.FIVE_MINUTES);
        await(() -> registry.declare(ModelSpec.standard(model, market)));
        await(() -> queue.enqueue(model, "test", 3));
        return await(() -> queue.claim("me", LEASE, List.of(model))).orElseThrow();
    }

    private Integer champion(String model) {
        return await(() -> registry.model(model)).orElseThrow().champion();
    }

    private static <T> T await(Supplier<Uni<T>> work) {
        return Await.item(work);
    }
}
