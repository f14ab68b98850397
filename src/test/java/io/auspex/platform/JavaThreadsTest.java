package io.auspex.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class JavaThreadsTest {

    private static final Path TASKS = Path.of("/proc/self/task");

    @Test
    void javasCompilersComeAfterEveryOtherThread() throws IOException {
        assumeTrue(Files.isDirectory(TASKS), "Linux");
        assertThat(JavaThreads.COMPILERS.giveWay(1)).isPositive();
        try (Stream<Path> tasks = Files.list(TASKS)) {
            List<Integer> niceness =
                    tasks.filter(task -> name(task).matches("C[12] CompilerThre"))
                            .map(task -> Long.parseLong(task.getFileName().toString()))
                            .map(thread -> ThreadScheduling.niceness(thread).orElseThrow())
                            .toList();
            assertThat(niceness).isNotEmpty().allMatch(nice -> nice >= 1);
        }
        assertThat(ThreadScheduling.niceness(ThreadScheduling.SELF)).hasValue(0);
    }

    @Test
    void collectorsKeepTheirWeightAndWaitForNobodysSlice() throws IOException {
        assumeTrue(Files.isDirectory(TASKS), "Linux");
        assumeTrue(
                Files.readString(TASKS.resolveSibling("sched")).contains("se.slice"),
                "a kernel that tells of slices");
        assertThat(JavaThreads.COLLECTORS.goFirst()).isPositive();
        try (Stream<Path> tasks = Files.list(TASKS)) {
            Path collector =
                    tasks.filter(task -> name(task).equals("VM Thread")).findFirst().orElseThrow();
            assertThat(Files.readAllLines(collector.resolve("sched")))
                    .anyMatch(line -> line.matches("se\\.slice +: +100000"))
                    .anyMatch(line -> line.matches("prio +: +120"));
        }
    }

    @Test
    void howLongTheyHaveRunIsTold() {
        assumeTrue(Files.isDirectory(TASKS), "Linux");
        long before = JavaThreads.COMPILERS.ranNanos().orElseThrow();
        assertThat(before).isPositive();
        assertThat(JavaThreads.COMPILERS.ranNanos().orElseThrow()).isGreaterThanOrEqualTo(before);
    }

    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm")).trim();
        } catch (IOException ended) {
            return "";
        }
    }
}
