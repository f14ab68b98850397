package io.auspex.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OwnStallsTest {

    private static final long START = 1_000_000_000L;

    private final OwnStalls stalls = new OwnStalls(START);

    @Test
    void stepsThatTakeAsLongAsStepsDoAreNoStalls() {
        long now = START;
        for (int i = 0; i < 10; i++) {
            now += OwnStalls.LEAST_NANOS - 1;
            assertThat(stalls.step(now)).isFalse();
        }
        assertThat(stalls.totalNanos()).isZero();
    }

    @Test
    void aStallCountsWholeAndOnce() {
        long stalled = 3 * OwnStalls.LEAST_NANOS;
        assertThat(stalls.step(START + stalled)).isTrue();
        assertThat(stalls.step(START + stalled + 1)).isFalse();
        assertThat(stalls.totalNanos()).isEqualTo(stalled);
    }
}
