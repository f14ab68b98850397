package io.auspex.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The exported graph in ONNX Runtime against LightGBM's own predictor. */
class OnnxParityTest {

    private static final int ROWS = 10_000;

    private static TrainedHeads heads;
    private static Rows rows;
    private static byte[] onnx;

    @BeforeAll
    static void trainAndExport() {
        heads = new TrainedHeads(new TestMarket(6_000, 40, 11), TrainedHeads.SPEC, 7);
        rows = ParityRows.generate(heads.training, heads.models.values(), ROWS, 5);
        onnx = heads.onnx();
    }

    @AfterAll
    static void close() {
        heads.close();
    }

    @Test
    void everyHeadHasTrees() {
        assertThat(heads.models).hasSize(4);
        assertThat(heads.models.values()).allMatch(model -> model.trees().size() == 60);
    }

    @Test
    void agreesWithLightGbmOnTenThousandHardRows() throws OrtException, IOException {
        try (OnnxSession session = new OnnxSession(OnnxSession.withRawScores(onnx));
                NativeRows copy = NativeRows.all(rows)) {
            Map<String, float[]> outputs = session.run(rows, 0, ROWS);
            for (Head head : ModelKind.MARKET.heads()) {
                double[] raw = heads.fitted.get(head).rawScores(copy);
                for (int i = 0; i < ROWS; i++) {
                    double expected = TrainedHeads.CALIBRATIONS.get(head).output(head, raw[i]);
                    float actual = outputs.get(head.code())[i];
                    float actualRaw = outputs.get(OnnxExporter.RAW_SCORES)[i * 4 + head.ordinal()];
                    assertThat(actualRaw)
                            .as("raw %s row %d", head, i)
                            .isCloseTo((float) raw[i], within(1e-5f));
                    assertThat((double) actual)
                            .as("%s row %d", head, i)
                            .isCloseTo(expected, within(1e-6));
                    if (head.isProbability()) {
                        assertThat(actual > 0.5)
                                .as("class of %s row %d", head, i)
                                .isEqualTo(expected > 0.5);
                    }
                }
            }
        }
    }

    @Test
    void theJavaOracleTakesTheSamePathsAsLightGbm() {
        float[] row = new float[rows.columns()];
        try (NativeRows copy = NativeRows.all(rows)) {
            for (Head head : ModelKind.MARKET.heads()) {
                double[] raw = heads.fitted.get(head).rawScores(copy);
                for (int i = 0; i < ROWS; i++) {
                    rows.row(i, row, 0);
                    assertThat(heads.models.get(head).rawScore(row, 0))
                            .isCloseTo(raw[i], within(1e-12));
                }
            }
        }
    }

    @Test
    void aBatchGivesTheBitsOfSingleRows() throws OrtException {
        try (OnnxSession session = new OnnxSession(onnx)) {
            Map<String, float[]> batch = session.run(rows, 0, 1_003);
            for (int i = 0; i < 1_003; i++) {
                Map<String, float[]> single = session.run(rows, i, 1);
                for (Head head : ModelKind.MARKET.heads()) {
                    assertThat(Float.floatToRawIntBits(single.get(head.code())[0]))
                            .isEqualTo(Float.floatToRawIntBits(batch.get(head.code())[i]));
                }
            }
        }
    }
}
