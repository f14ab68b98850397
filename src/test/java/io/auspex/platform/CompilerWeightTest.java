package io.auspex.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CompilerWeightTest {

    private static final long LOOK = CompilerWeight.LOOK.toNanos();

    private final CompilerWeight weight = new CompilerWeight();

    @Test
    void compilersAreWarmOnceTheyNeedLittle() {
        assertThat(weight.isWarm(OptionalLong.of(0))).as("nothing to compare with").isFalse();
        assertThat(weight.isWarm(OptionalLong.of(LOOK / 10))).as("a tenth").isFalse();
        assertThat(weight.isWarm(OptionalLong.of(LOOK / 10 + LOOK / 50))).as("2 %").isTrue();
    }

    @Test
    void thoseOfWhichNobodyKnowsKeepTheirWeight() {
        assertThat(weight.isWarm(OptionalLong.of(0))).isFalse();
        assertThat(weight.isWarm(OptionalLong.empty())).isFalse();
        assertThat(weight.isWarm(OptionalLong.of(0))).isFalse();
        assertThat(weight.isWarm(OptionalLong.of(0))).isTrue();
    }

    @Test
    void oneThatHasEndedSaysNothingOfTheOthers() {
        assertThat(weight.isWarm(OptionalLong.of(LOOK))).isFalse();
        assertThat(weight.isWarm(OptionalLong.of(LOOK / 2))).isFalse();
        assertThat(weight.isWarm(OptionalLong.of(LOOK / 2))).isTrue();
    }
}
