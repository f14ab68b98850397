package io.auspex.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class PromptThreadsTest {

    private static final Path SCHED = Path.of("/proc/thread-self/sched");

    @Test
    void aThreadGetsTheShortestSliceAndKeepsItsWeight() throws Exception {
        assumeTrue(
                Files.exists(SCHED) && Files.readString(SCHED).contains("se.slice"),
                "a kernel that tells of slices");
        String before = line("prio");
        FutureTask<String> prompt =
                new FutureTask<>(() ->
                        PromptThreads.enter() ? line("prio") + " " + line("se.slice") : "refused");
        Thread.ofPlatform().start(prompt);
        assertThat(prompt.get()).isEqualTo(before + " 100000");
    }

    @Test
    void whatItStartsIsAnOrdinaryThread() throws Exception {
        assumeTrue(
                Files.exists(SCHED) && Files.readString(SCHED).contains("se.slice"),
                "a kernel that tells of slices");
        String before = line("se.slice");
        FutureTask<String> child = new FutureTask<>(() -> line("se.slice"));
        Thread.ofPlatform()
                .start(() -> {
                    boolean _ = PromptThreads.enter();
                    Thread.ofPlatform().start(child);
                });
        assertThat(child.get()).isEqualTo(before);
    }

    @Test
    void aThreadOfTheBackgroundHasALongerOne() {
        assertThat(BackgroundThreads.SLICE_NANOS)
                .isGreaterThan(ThreadScheduling.SHORTEST_SLICE_NANOS);
    }

    private static String line(String name) throws IOException {
        return Files.readAllLines(SCHED).stream()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .findFirst()
                .orElseThrow();
    }
}
