package io.auspex.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class BackgroundThreadsTest {

    /** Field 19 of proc_pid_stat(5), counted after the name in parentheses. */
    private static final int NICE = 19 - 3;

    @Test
    void aThreadOfTheBackgroundIsNiceAndTheOthersAreAsBefore() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/thread-self/stat")), "Linux");
        int before = niceness();
        FutureTask<Integer> inBackground = new FutureTask<>(BackgroundThreadsTest::niceness);
        BackgroundThreads.factory("background-").newThread(inBackground).start();
        assertThat(inBackground.get()).isEqualTo(15);
        assertThat(niceness()).isEqualTo(before);
    }

    @Test
    void aThreadSaysWhetherItGotThere() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/thread-self/stat")), "Linux");
        FutureTask<Integer> lowest =
                new FutureTask<>(() -> BackgroundThreads.enter(19) ? niceness() : -1);
        Thread.ofPlatform().start(lowest);
        assertThat(lowest.get()).isEqualTo(19);
    }

    private static int niceness() throws IOException {
        String stat = Files.readString(Path.of("/proc/thread-self/stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE]);
    }
}
