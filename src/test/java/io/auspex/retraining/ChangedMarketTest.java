package io.auspex.retraining;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangedMarketTest {

    private static final ModelSpec SPEC =
            ModelSpec.standard("m", new MarketSpec("f", List.of(), Timeframe.FIVE_MINUTES));
    private static final Instant CHANGE = Instant.parse("2026-03-01T00:00:00Z");

    private static int window(Duration after) {
        return ChangedMarket.window(SPEC, CHANGE, CHANGE.plus(after).toEpochMilli())
                .windowCandles();
    }

    @Test
    void theWindowBeginsWithTheChange() {
        assertThat(window(Duration.ofDays(5))).isEqualTo(5 * 288);
        assertThat(
                        ChangedMarket.window(
                                SPEC, CHANGE, CHANGE.plus(Duration.ofDays(5)).toEpochMilli()))
                .isEqualTo(SPEC.withWindow(5 * 288));
    }

    /** 576 test closes are 60 % of 960 with a label, which end 24 before the last. */
    @Test
    void itStaysWholeWhileTheClosesSinceThenAreTooFewForTheGate() {
        assertThat(window(Duration.ofMinutes(5 * 984))).isEqualTo(SPEC.windowCandles());
        assertThat(window(Duration.ofMinutes(5 * 986))).isEqualTo(986);
    }

    @Test
    void anOldChangeAndOneOfAnotherRunMakeNoDifference() {
        assertThat(window(Duration.ofDays(400))).isEqualTo(SPEC.windowCandles());
        assertThat(window(Duration.ofDays(-1))).isEqualTo(SPEC.windowCandles());
    }
}
