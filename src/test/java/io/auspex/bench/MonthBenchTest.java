package io.auspex.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MonthBenchTest {

    /** Without a hit the bound has a closed form: 1 - 0.05^(1/n). */
    @Test
    void theUpperBoundIsThatOfClopperAndPearson() {
        assertThat(MonthBench.upperBound(0, 20)).isCloseTo(0.1391, within(1e-4));
        assertThat(MonthBench.upperBound(0, 59)).isCloseTo(0.0495, within(1e-4));
        assertThat(MonthBench.upperBound(3, 3)).isEqualTo(1);
    }
}
