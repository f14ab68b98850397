package io.auspex.retraining;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefitMetricsTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final RefitMetrics metrics = new RefitMetrics(meters, null);

    @ParameterizedTest
    @ValueSource(strings = {"promoted", "rejected", "challenger", "failed", "cancelled"})
    void everyCountIsThereWithZeroBeforeTheFirstRefitEnds(String outcome) {
        metrics.count(news(RefitState.QUEUED, null));
        assertThat(count(outcome)).isZero();
        metrics.count(news(RefitState.RUNNING, null));
        assertThat(count(outcome)).isZero();
    }

    @Test
    void aRefitIsCountedOnceByItsOutcome() {
        metrics.count(news(RefitState.RUNNING, null));
        metrics.count(news(RefitState.FAILED, null));
        metrics.count(news(RefitState.SUCCEEDED, "PROMOTED"));
        assertThat(count("failed")).isEqualTo(1);
        assertThat(count("promoted")).isEqualTo(1);
        assertThat(count("rejected")).isZero();
        assertThat(meters.get("auspex.refit").tag("outcome", "failed").timer().count())
                .isEqualTo(1);
    }

    private double count(String outcome) {
        return meters.get("auspex.refits").tags("model", "m", "outcome", outcome).counter().count();
    }

    private static RefitProgressed news(RefitState state, @Nullable String decision) {
        return new RefitProgressed(
                new Refit(
                        1,
                        "m",
                        state,
                        "test",
                        "folds",
                        50,
                        1,
                        3,
                        decision,
                        null,
                        null,
                        null,
                        Instant.EPOCH,
                        Instant.EPOCH,
                        Instant.EPOCH.plusSeconds(9)));
    }
}
