package io.auspex.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Real processes, really ended. */
class OnnxRuntimeTest {

    /** 128 and the number of SIGTERM; an abort would be 134. */
    private static final int TERMINATED = 143;

    @Test
    @Timeout(60)
    @EnabledOnOs(OS.LINUX)
    void aSessionThatIsOpenedWhileTheProcessEndsIsRefusedAndDoesNotAbortIt() throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx128m",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:-CreateCoredumpOnCrash",
                                "-XX:ErrorFile=/dev/null",
                                "--enable-native-access=ALL-UNNAMED",
                                EndingProcess.class.getName())
                        .redirectErrorStream(true);
        // Not among the arguments: ONNX Runtime 1.29 crashes in a process with 40 KB of them.
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        Process process = builder.start();
        try (BufferedReader output = process.inputReader()) {
            List<String> lines = new ArrayList<>();
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
                if (line.equals("ready")) {
                    // Not that of Process, which closes what we read.
                    process.toHandle().destroy();
                }
            }
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as("%s", lines).isEqualTo(TERMINATED);
            assertThat(lines).contains("refused: the process ends, and ONNX Runtime has before it");
        } finally {
            process.destroyForcibly();
        }
    }
}
