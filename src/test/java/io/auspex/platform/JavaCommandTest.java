package io.auspex.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaCommandTest {

    /** Prints what it was given, for the test to compare. */
    static final class Echo {

        private Echo() {}

        public static void main(String[] arguments) throws Exception {
            String status = Files.readString(Path.of("/proc/self/status"));
            String cpus =
                    status.lines()
                            .filter(line -> line.startsWith("Cpus_allowed_list:"))
                            .findFirst()
                            .orElseThrow()
                            .replaceAll(".*:\\s*", "");
            // Field 19 of stat; the command name, field 2, may hold spaces.
            String stat = Files.readString(Path.of("/proc/self/stat"));
            String nice = stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16];
            System.out.println(
                    String.join(",", arguments)
                            + " heap "
                            + Runtime.getRuntime().maxMemory() / (1024 * 1024)
                            + " nice "
                            + nice
                            + " cpus "
                            + cpus
                            + " tmp "
                            + System.getProperty("java.io.tmpdir"));
        }
    }

    @Test
    void runsAnotherMainWithTheHeapPriorityProcessorAndFolderItWasGiven(@TempDir Path temporary)
            throws Exception {
        Process process =
                new JavaCommand(
                                Echo.class.getName(),
                                "64m",
                                Optional.of(temporary),
                                19,
                                Optional.of("0"),
                                List.of("one", "two words"))
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(output)
                .startsWith("one,two words heap 6")
                .contains(" nice 19 ")
                .contains(" cpus 0 ")
                .endsWith(" tmp " + temporary + "\n");
    }

    @Test
    void whatWorksInTheBackgroundDoesWithoutTheOptimizingCompiler() {
        assertThat(
                        new JavaCommand(
                                        "a.Main",
                                        "1g",
                                        Optional.empty(),
                                        19,
                                        Optional.empty(),
                                        List.of())
                                .words())
                .contains("-XX:TieredStopAtLevel=1");
    }

    @Test
    void saysNothingOfProcessorsAndPriorityWhenNoneAreAskedFor() {
        assertThat(JavaCommand.of("a.Main", "1g", List.of()).words())
                .doesNotContain("nice", "taskset", "-XX:TieredStopAtLevel=1")
                .contains("-Xmx1g")
                .endsWith("a.Main");
    }

    @Test
    void refusesWhatWouldBecomeAnotherOption() {
        assertThatThrownBy(() -> JavaCommand.of("a.Main", "1g -XX:Evil", List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        new JavaCommand(
                                "a.Main",
                                "1g",
                                Optional.empty(),
                                0,
                                Optional.of("0 rm"),
                                List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
