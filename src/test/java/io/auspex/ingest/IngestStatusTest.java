package io.auspex.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.ingest.IngestSnapshot.State;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class IngestStatusTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Instant now = Instant.parse("2026-11-20T12:00:00Z");
    private final IngestStatus status = new IngestStatus(() -> now, meters);

    @Test
    void whoHasLostTheLeadDoesNotSayThatTheFeedLags() {
        assertThat(seconds("auspex.feed.lag")).isNaN();
        status.arrived();
        now = now.plusSeconds(20);
        assertThat(seconds("auspex.feed.lag")).isEqualTo(20);
        status.follows(
                State.STANDBY,
                new IngestedFeeds.Ingested(
                        "simulated", Timeframe.FIVE_MINUTES, List.of(new Symbol("ETHSIM"))),
                new CandleStore.Extent(0, OptionalLong.empty(), OptionalLong.empty()));
        now = now.plusSeconds(3_600);
        assertThat(seconds("auspex.feed.lag")).isNaN();
        assertThat(seconds("auspex.feed.timeframe")).isEqualTo(300);
    }

    private double seconds(String gauge) {
        return meters.get(gauge).gauge().value();
    }
}
