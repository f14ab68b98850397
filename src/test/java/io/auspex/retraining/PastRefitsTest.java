package io.auspex.retraining;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.backtest.Backtest;
import io.auspex.backtest.BacktestReport;
import io.auspex.backtest.BacktestReport.RefitRow;
import io.auspex.backtest.BacktestRequest;
import io.auspex.backtest.BacktestService;
import io.auspex.backtest.BacktestState;
import io.auspex.ingest.SimulatedMarket;
import io.auspex.platform.Await;
import io.auspex.platform.Folders;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Refits inside a backtest with the real trainer, in worker processes, and the real gate. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(RefitEndToEndTest.SmallMarket.class)
class PastRefitsTest {

    private static final String MODEL = "simulated-5m";
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @Inject RefitDiary diary;
    @Inject BacktestService backtests;
    @Inject ModelRegistry registry;
    @Inject Folders folders;

    @Test
    void whatWouldHaveBeenIsRefittedOnScheduleAndLeavesTheRegistryAlone() throws Exception {
        diary.await(PATIENCE, refit -> refit.model().equals(MODEL));
        int versionsBefore = Await.item(() -> registry.versions(MODEL)).size();
        Instant start = Instant.ofEpochMilli(SimulatedMarket.START_MILLIS);
        Backtest asked =
                backtests.submit(
                        new BacktestRequest(
                                MODEL,
                                BacktestRequest.AS_IT_WOULD_HAVE_BEEN,
                                null,
                                "every 2d",
                                null,
                                "simulated:7:3.0",
                                null,
                                start.plus(Duration.ofDays(7)),
                                start.plus(Duration.ofDays(10)),
                                null,
                                null,
                                null,
                                null,
                                50));
        long until = System.nanoTime() + PATIENCE.toNanos();
        Backtest run = asked;
        while (!run.state().isEnd()) {
            assertThat(System.nanoTime()).as(run.phase()).isLessThan(until);
            LockSupport.parkNanos(50_000_000);
            run = backtests.require(asked.id());
        }
        assertThat(run.state()).as(String.valueOf(run.reason())).isEqualTo(BacktestState.SUCCEEDED);
        BacktestReport report = backtests.report(run.id());
        assertThat(report.versions()).hasSize(2);
        RefitRow first = report.versions().getFirst();
        assertThat(first.decision()).as(first.reason()).isEqualTo("promoted");
        assertThat(first.reason()).contains("beats base rate", "direction p=");
        assertThat(first.from()).isEqualTo(start.plus(Duration.ofDays(7)).minusMillis(1));
        RefitRow second = report.versions().get(1);
        // Two days are too few for the gate to compare with the champion.
        assertThat(second.decision()).isEqualTo("rejected");
        assertThat(second.reason()).contains("rows unseen by champion v1 yet");
        assertThat(report.inSample()).isZero();
        assertThat(report.figures().trades()).isPositive();
        assertThat(report.actions()).containsKeys("BUY", "SELL");
        assertThat(report.random()).isNotNull();
        assertThat(Await.item(() -> registry.versions(MODEL)).size())
                .as("only the service's own refits")
                .isBetween(versionsBefore, versionsBefore + 1);
        try (var left = Files.list(folders.folder("past-refits"))) {
            assertThat(left).isEmpty();
        }
    }
}
