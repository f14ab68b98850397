package io.auspex.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.Python;
import io.auspex.dataset.JobFolder;
import io.auspex.model.TrainerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model file in Python's ONNX checker and ONNX Runtime: {@code src/test/python/check_onnx.py}.
 * Skipped, with the reason, where Python or its package registry cannot be reached.
 */
class PythonOnnxTest {

    @TempDir Path temporary;

    @Test
    void pythonsOnnxRuntimeGivesLightGbmsNumbers() throws IOException, InterruptedException {
        Python python = Python.with("requirements.txt", "python-venv");
        TestJob job =
                new TestJob(
                        3_000,
                        24,
                        new TrainerSpec("lightgbm", 40, 15, 0.1, 30, 0.5, 0.7, 1, 63, false));
        JobFolder folder = job.writeTo(temporary);
        TrainingRun.run(job.data(), TrainingProgress.SILENT, InstantSource.system())
                .writeTo(folder);

        Python.Ended parity =
                python.run(
                        60,
                        "check_onnx.py",
                        folder.model().toString(),
                        folder.parityFeatures().toString(),
                        folder.parityExpected().toString());
        assertThat(parity.output()).contains("ok: ").contains("1000 rows");
        Python.Ended probe = python.run(60, "check_onnx.py", folder.model().toString());
        assertThat(probe.output()).contains("ok: ").contains("32 rows");

        byte[] model = Files.readAllBytes(folder.model());
        Files.write(folder.model(), OnnxSession.withRawScores(model));
        Python.Ended broken = python.run(60, "check_onnx.py", folder.model().toString());
        assertThat(broken.exitCode()).isOne();
        assertThat(broken.output()).contains("FAILED: outputs are");
    }
}
