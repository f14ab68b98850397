package io.auspex.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.platform.PostgresResource;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The short form of {@code ./auspex bench swaps}: real HTTP, real registry. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class SwapStormTest {

    @Inject DataSource database;
    @Inject MeterRegistry meters;

    @Test
    void swapsUnderLoadLoseNoRequestAndMixNoVersions() throws Exception {
        SwapStorm.Plan plan = SwapsBench.plan(8_000, 24, 4, 6, 2, 2);
        MarkedModel any =
                SwapsBench.model(
                        "storm", 20, new MarketSpec("none", List.of(), Timeframe.FIVE_MINUTES));
        try (Connection connection = database.getConnection()) {
            new SwapModels(connection)
                    .prepare(ModelSpec.standard(any.name(), any.market()), any, plan);
        }
        SwapsBench.first(RestAssured.port, any, 1);
        double sessions = sessions();
        SwapStorm.Outcome outcome =
                new SwapStorm(RestAssured.port, any, plan, () -> 1, _ -> {}).run();
        assertThat(outcome.complaints()).isEmpty();
        assertThat(outcome.requests()).isGreaterThanOrEqualTo(8_000);
        assertThat(outcome.failed()).isZero();
        assertThat(outcome.mixed()).isZero();
        assertThat(outcome.unexpected()).isZero();
        assertThat(outcome.promoted()).isEqualTo(20);
        assertThat(outcome.refused()).isEqualTo(4);
        assertThat(outcome.versionsSeen()).as("all of them answered").isEqualTo(6);
        assertThat(meters.get("auspex.swaps").tags("model", "storm", "result", "refused").counter())
                .satisfies(counter -> assertThat(counter.count()).isEqualTo(2));
        // The last one to be replaced closes after its last reader, beside the swap.
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (sessions() > sessions && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        assertThat(sessions()).as("sessions that hold native memory").isEqualTo(sessions);
    }

    private double sessions() {
        return meters.get("auspex.sessions.live").gauge().value();
    }
}
