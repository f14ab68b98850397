package io.auspex.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CompilerThreadsTest {

    private static final Path TASKS = Path.of("/proc/self/task");

    @Test
    void javasCompilersComeAfterEveryOtherThread() throws IOException {
        assumeTrue(Files.isDirectory(TASKS), "Linux");
        assertThat(CompilerThreads.giveWay(1)).isPositive();
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

    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm")).trim();
        } catch (IOException ended) {
            return "";
        }
    }
}
