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

    /** Field 41. */
    private static final int POLICY = 41 - 3;

    private static final String SCHED_IDLE = "5";

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

    @Test
    void aThreadThatHasRoomTakesWhatNobodyElseWants() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/thread-self/schedstat")), "Linux");
        FutureTask<String> idle =
                new FutureTask<>(() -> BackgroundThreads.enterIdle(19, 0) ? policy() : "refused");
        Thread.ofPlatform().start(idle);
        assertThat(idle.get()).isEqualTo(SCHED_IDLE);
    }

    @Test
    void aThreadWithoutRoomStaysAsItIs() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/thread-self/schedstat")), "Linux");
        // Nobody has had more than all of what it wanted.
        FutureTask<String> busy =
                new FutureTask<>(() -> BackgroundThreads.enterIdle(19, 1.1) ? "idle" : policy());
        Thread.ofPlatform().start(busy);
        assertThat(busy.get()).isEqualTo(policy()).isNotEqualTo(SCHED_IDLE);
    }

    private static String policy() throws IOException {
        String stat = Files.readString(Path.of("/proc/thread-self/stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[POLICY];
    }

    private static int niceness() throws IOException {
        String stat = Files.readString(Path.of("/proc/thread-self/stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE]);
    }
}
