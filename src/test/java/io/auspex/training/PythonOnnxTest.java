package io.auspex.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.auspex.dataset.JobFolder;
import io.auspex.model.TrainerSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model file in Python's ONNX checker and ONNX Runtime: {@code src/test/python/check_onnx.py}.
 * Skipped, with the reason, where Python or its package registry cannot be reached.
 */
class PythonOnnxTest {

    private static final Path SCRIPTS = Path.of("src", "test", "python");
    private static final Path ENVIRONMENT = Path.of("target", "python-venv");
    private static final long INSTALL_SECONDS = 240;

    @TempDir Path temporary;

    private record Ended(int exitCode, String output) {}

    @Test
    void pythonsOnnxRuntimeGivesLightGbmsNumbers() throws IOException, InterruptedException {
        String python = environment();
        TestJob job =
                new TestJob(
                        3_000, 24, new TrainerSpec("lightgbm", 40, 15, 0.1, 30, 0.5, 0.7, 1, 63));
        JobFolder folder = job.writeTo(temporary);
        TrainingRun.run(job.data(), TrainingProgress.SILENT, InstantSource.system())
                .writeTo(folder);
        String script = SCRIPTS.resolve("check_onnx.py").toString();

        Ended parity =
                run(
                        60,
                        python,
                        script,
                        folder.model().toString(),
                        folder.parityFeatures().toString(),
                        folder.parityExpected().toString());
        assertThat(parity.output()).contains("ok: ").contains("1000 rows");
        Ended probe = run(60, python, script, folder.model().toString());
        assertThat(probe.output()).contains("ok: ").contains("32 rows");

        byte[] model = Files.readAllBytes(folder.model());
        Files.write(folder.model(), OnnxSession.withRawScores(model));
        Ended broken = run(60, python, script, folder.model().toString());
        assertThat(broken.exitCode()).isOne();
        assertThat(broken.output()).contains("FAILED: outputs are");
    }

    /** The interpreter of a virtual environment that is made once and kept. */
    private static String environment() throws IOException, InterruptedException {
        Path python = ENVIRONMENT.resolve("bin").resolve("python").toAbsolutePath();
        Path requirements = SCRIPTS.resolve("requirements.txt");
        Path installed = ENVIRONMENT.resolve("installed.txt");
        if (Files.exists(installed) && Files.mismatch(installed, requirements) < 0) {
            return python.toString();
        }
        assumeTrue(
                run(60, "python3", "-m", "venv", ENVIRONMENT.toString()).exitCode() == 0,
                "python3 with venv is not installed");
        Ended pip =
                run(
                        INSTALL_SECONDS,
                        python.toString(),
                        "-m",
                        "pip",
                        "install",
                        "--quiet",
                        "--only-binary=:all:",
                        "--retries=0",
                        "-r",
                        requirements.toString());
        assumeTrue(
                pip.exitCode() == 0,
                () -> "onnx and onnxruntime cannot be installed: " + pip.output());
        Files.copy(requirements, installed, StandardCopyOption.REPLACE_EXISTING);
        return python.toString();
    }

    private static Ended run(long seconds, String... command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("python", ".out");
        try {
            Process process;
            try {
                process =
                        new ProcessBuilder(List.of(command))
                                .redirectErrorStream(true)
                                .redirectOutput(output.toFile())
                                .start();
            } catch (IOException e) {
                return new Ended(127, String.valueOf(e.getMessage()));
            }
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return new Ended(124, command[0] + " took more than " + seconds + " s");
            }
            return new Ended(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
        }
    }
}
