package io.auspex.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class ThreadAffinityTest {

    @Test
    void aThreadKeepsToTheProcessorsThatItIsGiven() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/task")), "Linux");
        BitSet allowed = ThreadAffinity.of(ThreadScheduling.SELF);
        assertThat(allowed.cardinality()).isPositive();
        BitSet last = new BitSet();
        last.set(allowed.length() - 1);
        FutureTask<String> status =
                new FutureTask<>(() -> {
                    assertThat(ThreadAffinity.set(ThreadScheduling.SELF, last)).isTrue();
                    assertThat(ThreadAffinity.of(ThreadScheduling.SELF)).isEqualTo(last);
                    return Files.readString(Path.of("/proc/thread-self/status"));
                });
        // Its own, for it does not come back.
        Thread.ofPlatform().start(status);
        assertThat(status.get()).contains("Cpus_allowed_list:\t" + last.nextSetBit(0) + "\n");
        assertThat(ThreadAffinity.of(ThreadScheduling.SELF)).isEqualTo(allowed);
    }

    @Test
    void aProcessorThatThereIsNotIsRefusedAndChangesNothing() {
        BitSet allowed = ThreadAffinity.of(ThreadScheduling.SELF);
        BitSet none = new BitSet();
        none.set(8191);
        assertThat(ThreadAffinity.set(ThreadScheduling.SELF, none)).isFalse();
        assertThat(ThreadAffinity.of(ThreadScheduling.SELF)).isEqualTo(allowed);
    }
}
