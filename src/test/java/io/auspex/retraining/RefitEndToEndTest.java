package io.auspex.retraining;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.platform.Await;
import io.auspex.platform.Folders;
import io.auspex.platform.PidFile;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.RegisteredModel;
import io.auspex.registry.VersionState;
import io.auspex.serving.ModelServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The whole way with real parts: simulated candles, PostgreSQL, a worker process, the server. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(RefitEndToEndTest.SmallMarket.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RefitEndToEndTest {

    private static final String MODEL = "simulated-5m";
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @Inject RefitService refits;
    @Inject RefitDiary diary;
    @Inject ModelRegistry registry;
    @Inject ModelServer server;
    @Inject Folders folders;
    @Inject MeterRegistry meters;

    /** Ten days of two symbols, of which much can be predicted; one live candle in five minutes. */
    public static final class SmallMarket implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "auspex.feed", "simulated",
                    "auspex.speed", "1",
                    "auspex.simulated.days", "10",
                    "auspex.simulated.symbols", "2",
                    "auspex.simulated.strength", "3.0",
                    "auspex.refit.backoff", "100ms",
                    "auspex.models-folder", "target/no-models");
        }
    }

    @Test
    @Order(1)
    void theFirstRefitBeginsByItselfAndItsModelServes() throws Exception {
        Refit first = diary.await(PATIENCE, refit -> refit.model().equals(MODEL));
        Refit done = diary.awaitEnd(PATIENCE, first.id());
        assertThat(done.state()).as(done.toString()).isEqualTo(RefitState.SUCCEEDED);
        assertThat(done.decision()).as(done.reason()).isEqualTo("PROMOTED");
        assertThat(done.triggerReason()).isEqualTo("no champion");
        assertThat(done.reason()).contains("beats base rate", "direction p=");

        RegisteredModel model = await(() -> registry.model(MODEL)).orElseThrow();
        assertThat(model.champion()).isEqualTo(done.version()).isEqualTo(1);
        ModelVersion version = await(() -> registry.version(MODEL, 1)).orElseThrow();
        assertThat(version.state()).isEqualTo(VersionState.PROMOTED);
        assertThat(version.unproven()).isFalse();
        assertThat(meters.counter("auspex.refits", "model", MODEL, "outcome", "promoted").count())
                .isEqualTo(1);
        assertThat(version.origin()).isEqualTo("refit:" + first.id());
        try (var lease = server.acquire(MODEL).orElseThrow()) {
            assertThat(lease.model().version()).isEqualTo(1);
        }

        List<Refit> told = diary.of(first.id());
        assertThat(told).extracting(Refit::phase).contains("queued", "dataset", "gate", "done");
        assertThat(told).extracting(Refit::percent).isSorted();
        assertThat(jobFolders()).isEmpty();
    }

    @Test
    @Order(2)
    void aSecondRefitMustBeatTheChampionOnRowsThatItHasNotSeen() throws Exception {
        Refit second = await(() -> refits.request(MODEL, "test"));
        Refit done = diary.awaitEnd(PATIENCE, second.id());
        assertThat(done.state()).isEqualTo(RefitState.SUCCEEDED);
        assertThat(done.decision()).isEqualTo("REJECTED");
        assertThat(done.reason()).contains("rows unseen by champion v1 yet", "needed");
        assertThat(await(() -> registry.model(MODEL)).orElseThrow().champion()).isEqualTo(1);
        assertThat(await(() -> registry.version(MODEL, 2)).orElseThrow().reason())
                .isEqualTo(done.reason());
    }

    @Test
    @Order(3)
    void aWorkerKilledInTheMiddleIsFollowedByAnotherAttempt() throws Exception {
        Refit third = await(() -> refits.request(MODEL, "test"));
        diary.await(PATIENCE, refit -> refit.id() == third.id() && refit.phase().equals("folds"));
        Path folder = jobFolders().getFirst();
        PidFile.in(folder).running().orElseThrow().destroyForcibly();

        Refit again =
                diary.await(
                        PATIENCE,
                        refit ->
                                refit.id() == third.id()
                                        && refit.state() == RefitState.QUEUED
                                        && refit.attempt() == 1);
        assertThat(again.reason()).isEqualTo("the worker was ended by signal 9");
        Refit done = diary.awaitEnd(PATIENCE, third.id());
        assertThat(done.attempt()).isEqualTo(2);
        assertThat(done.state()).isEqualTo(RefitState.SUCCEEDED);
        assertThat(jobFolders()).containsExactly(folder);
    }

    @Test
    @Order(4)
    void aCancelledRefitEndsItsWorkerAndLeavesNoVersion() throws Exception {
        int before = await(() -> registry.model(MODEL)).orElseThrow().lastVersion();
        Refit fourth = await(() -> refits.request(MODEL, "test"));
        diary.await(PATIENCE, refit -> refit.id() == fourth.id() && refit.phase().equals("folds"));
        ProcessHandle worker = running();
        assertThat(await(() -> refits.cancel(fourth.id())).state()).isEqualTo(RefitState.CANCELLED);
        worker.onExit().get(20, TimeUnit.SECONDS);
        Refit next = await(() -> refits.request(MODEL, "test"));
        diary.await(PATIENCE, refit -> refit.id() == next.id() && refit.phase().equals("dataset"));
        await(() -> refits.cancel(next.id()));
        assertThat(await(() -> registry.model(MODEL)).orElseThrow().lastVersion())
                .isEqualTo(before);
    }

    private ProcessHandle running() throws IOException {
        for (Path folder : jobFolders()) {
            var process = PidFile.in(folder).running();
            if (process.isPresent()) {
                return process.get();
            }
        }
        throw new AssertionError("no worker runs");
    }

    private List<Path> jobFolders() throws IOException {
        try (var all = Files.list(folders.folder("jobs"))) {
            return all.filter(Files::isDirectory).toList();
        }
    }

    private static <T> T await(Supplier<Uni<T>> work) {
        return Await.item(work);
    }
}
