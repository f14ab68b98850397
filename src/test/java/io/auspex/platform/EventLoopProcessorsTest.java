package io.auspex.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventLoopProcessorsTest {

    @Test
    void theFirstOnesThatTheProcessMayUseAreTheEventLoops() {
        EventLoopProcessors divided = EventLoopProcessors.divide(processors(3, 5, 6, 9), 4, 2);
        assertThat(divided.own()).isEqualTo(processors(3, 5));
        assertThat(divided.others()).isEqualTo(processors(6, 9));
        assertThat(divided.loops()).isEqualTo(2);
        assertThat(divided).hasToString("3,5 for event loops, 6,9 for everything else");
    }

    @Test
    void somethingIsLeftForEverythingElse() {
        assertThatThrownBy(() -> EventLoopProcessors.divide(processors(0, 1), 2, 2))
                .isInstanceOf(LaunchException.class)
                .hasMessage(
                        "--event-loops.own-cpus=2 leaves nothing for everything else: this process"
                                + " may use 2 (0,1). Choose at most 1, or leave the option away");
    }

    @Test
    void aQuotaIsNoProcessor() {
        BitSet node = processors(IntStream.range(0, 64).toArray());
        assertThatThrownBy(() -> EventLoopProcessors.divide(node, 2, 1))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("a quota of 2 processors, on any of 64")
                .hasMessageContaining("static policy");
    }

    @Test
    void whereThreadsCannotBeKeptToProcessorsTheOptionIsRefused() {
        assertThatThrownBy(() -> EventLoopProcessors.divide(new BitSet(), 8, 1))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("needs Linux");
    }

    @Test
    void lessThanNoneIsRefused() {
        assertThatThrownBy(() -> EventLoopProcessors.divide(processors(0, 1), 2, -1))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("a number from 0: -1");
    }

    private static BitSet processors(int... numbers) {
        BitSet processors = new BitSet();
        for (int number : numbers) {
            processors.set(number);
        }
        return processors;
    }
}
