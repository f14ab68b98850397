package io.auspex.uploads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import io.auspex.serving.TrialModel;
import io.auspex.uploads.InspectionResult.Accepted;
import io.auspex.uploads.InspectionResult.Refused;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files as real exporters write them (src/test/python/make_models.py), and their libraries' own
 * predictions as the reference.
 */
class ExportedModelsTest {

    private static final Path MODELS = Path.of("src/test/resources/models");

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sklearn-zipmap",
                "sklearn-double",
                "sklearn-forest",
                "sklearn-columns",
                "lightgbm",
                "lightgbm-zipmap",
                "lightgbm-regression",
                "xgboost",
                "xgboost-regression",
                "catboost",
                "mlp"
            })
    void servesWhatItsLibraryPredicts(String name) throws Exception {
        Path given = MODELS.resolve(name);
        Manifest manifest = manifest(given);
        InspectionFolder inspected = new InspectionFolder(folder);
        long start = System.nanoTime();
        InspectionResult result =
                Inspecting.inspect(inspected, model(given), manifest, Inspecting.patient());
        long millis = (System.nanoTime() - start) / 1_000_000;
        assertThat(result).as("%s", result).isInstanceOf(Accepted.class);
        Accepted accepted = (Accepted) result;
        JsonNode expected = Json.mapper().readTree(given.resolve("expected.json").toFile());
        JsonNode rows = expected.get("rows");
        int width = rows.get(0).size();
        FloatBuffer flat = FloatBuffer.allocate(rows.size() * width);
        rows.forEach(row -> row.forEach(value -> flat.put(value.floatValue())));
        double worst = 0;
        try (TrialModel served = TrialModel.open(Files.readAllBytes(inspected.model()))) {
            assertThat(served.schema().names()).hasSize(width);
            assertThat(served.heads()).hasSize(expected.get("outputs").size());
            float[][] answers = new float[served.heads().size()][rows.size()];
            served.run(flat.flip(), rows.size(), answers);
            for (int head = 0; head < answers.length; head++) {
                String code = served.heads().get(head).code();
                for (int row = 0; row < rows.size(); row++) {
                    double reference = expected.get("outputs").get(code).get(row).doubleValue();
                    worst = Math.max(worst, Math.abs(answers[head][row] - reference));
                    assertThat((double) answers[head][row])
                            .as("%s of row %d", code, row)
                            .isCloseTo(reference, within(1e-5));
                }
            }
            assertThat(served.selfTest(accepted.report())).isEmpty();
        }
        JsonNode figures = accepted.report().get("inspection");
        System.out.printf(
                "%s (%s): worst difference %.1e over %d rows, %s us a row, inspected in %d ms, run memory %d kB%n",
                name,
                expected.get("made_by").asText(),
                worst,
                rows.size(),
                figures.get("row_micros"),
                millis,
                figures.path("run_memory_bytes").asLong() >> 10);
    }

    @Test
    void aGraphThatDoesNotSayWhatItMeansIsAnsweredWithAManifestForIt() throws Exception {
        byte[] model = model(MODELS.resolve("sklearn-zipmap"));
        assertThat(Inspecting.inspect(folder, model, null, Inspecting.patient()))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> {
                            System.out.println(refused.reason());
                            assertThat(refused.slug()).isEqualTo("manifest-invalid");
                            assertThat(refused.reason())
                                    .contains("'X' float32 [?, 8]")
                                    .contains("'output_label' int64")
                                    .contains("'output_probability' sequence of maps")
                                    .contains("{\"inputs\":[{\"name\":\"X\",\"features\":[")
                                    .contains("\"class_label\":\"1\"");
                        });
    }

    private static Manifest manifest(Path given) throws IOException {
        return Manifest.parse(Files.readAllBytes(given.resolve("manifest.json")));
    }

    private static byte[] model(Path given) throws IOException {
        return Files.readAllBytes(given.resolve("model.onnx"));
    }
}
