package io.auspex.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.market.Symbol;
import io.auspex.platform.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrainingReportTest {

    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void comesBackFromJsonAsItWas() throws Exception {
        TrainingReport report = report();
        String json = Json.mapper().writeValueAsString(report);
        assertThat(Json.mapper().readValue(json, TrainingReport.class)).isEqualTo(report);
    }

    @Test
    void writesTheNamesOfTheContractAndNeverNaN() throws Exception {
        JsonNode json = Json.mapper().readTree(Json.mapper().writeValueAsString(report()));
        assertThat(names(json))
                .containsExactlyInAnyOrder(
                        "rows",
                        "features",
                        "data",
                        "provenance",
                        "folds",
                        "total",
                        "evidence",
                        "calibration",
                        "conformal",
                        "importance",
                        "probe",
                        "seconds",
                        "peak_memory_bytes");
        assertThat(json.at("/data/from").asText()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(names(json.at("/data"))).contains("from", "to", "symbols", "sha256");
        assertThat(names(json.at("/provenance")))
                .containsExactlyInAnyOrder(
                        "trainer", "trainer_version", "seed", "jvm", "created_at");
        assertThat(names(json.at("/folds/0")))
                .containsExactlyInAnyOrder(
                        "fold", "train_rows", "test_rows", "test_from", "test_to", "heads");
        assertThat(names(json.at("/total/p_up")))
                .containsExactlyInAnyOrder(
                        "rows",
                        "base_rate",
                        "log_loss",
                        "base_log_loss",
                        "brier",
                        "auc",
                        "calibration_error");
        assertThat(json.at("/total/p_up/auc").isNull()).isTrue();
        assertThat(names(json.at("/total/expected_return")))
                .containsExactlyInAnyOrder("rows", "rank_ic", "mse", "base_mse");
        assertThat(names(json.at("/evidence/move")))
                .containsExactlyInAnyOrder("rows", "blocks", "mean_gain", "t", "p_value");
        assertThat(names(json.at("/evidence/direction")))
                .containsExactlyInAnyOrder("rows", "reason");
        assertThat(json.at("/calibration/p_up/slope").asDouble()).isEqualTo(0.9);
        assertThat(json.at("/conformal/0.8").asDouble()).isEqualTo(0.01);
        assertThat(json.at("/probe/features/0/1").isNull()).isTrue();
        assertThat(json.toString()).doesNotContain("NaN");
    }

    @Test
    void probeKeepsEveryBitOfItsFeatures() throws Exception {
        Random random = new Random(1);
        float[][] rows = new float[500][8];
        for (float[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                float value = Float.intBitsToFloat(random.nextInt());
                row[i] = Float.isInfinite(value) || Float.isNaN(value) ? Float.NaN : value;
            }
        }
        TrainingReport.Probe probe = TrainingReport.Probe.of(rows, new double[500][4]);
        String json = Json.mapper().writeValueAsString(probe);
        float[][] back = Json.mapper().readValue(json, TrainingReport.Probe.class).rows();
        for (int i = 0; i < rows.length; i++) {
            assertThat(Arrays.equals(back[i], rows[i])).as("row %s", i).isTrue();
        }
    }

    @Test
    void refusesWhatCannotBeWritten() {
        assertThatThrownBy(() -> new Calibration(Double.NaN, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LossTest.Tested(1, 8, 0, Double.POSITIVE_INFINITY, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    static TrainingReport report() {
        Map<Head, HeadMetrics> heads =
                Map.of(
                        Head.P_UP,
                        new HeadMetrics.Probability(
                                10, 0.0, 0.2, 0.3, 0.1, Double.NaN, Double.POSITIVE_INFINITY),
                        Head.EXPECTED_RETURN,
                        new HeadMetrics.Return(10, 0.03, 1e-4, 1.1e-4));
        return new TrainingReport(
                1_000,
                2,
                TrainingReport.Data.of(
                        new long[] {T0.toEpochMilli(), T0.toEpochMilli() + 600_000},
                        300_000,
                        List.of(new Symbol("ETHBTC")),
                        "00".repeat(32)),
                new TrainingReport.Provenance("lightgbm", "4.3.0", 7, "25.0.1 Temurin", T0),
                List.of(new TrainingReport.FoldReport(1, 400, 100, T0, T0.plusSeconds(60), heads)),
                heads,
                new Evidence(
                        new LossTest.Tested(100, 20, 0.001, 2.6, 0.009),
                        new LossTest.Untestable(5, "only 5 rows")),
                Map.of(Head.P_UP, new Calibration(0.9, -0.1), Head.P_DOWN, Calibration.IDENTITY),
                Map.of("0.8", 0.01, "0.9", 0.02),
                Map.of("rsi_14@5m", 0.7, "atr_14@1h", 0.3),
                TrainingReport.Probe.of(
                        new float[][] {{0.1f, Float.NaN}}, new double[][] {{0.1, 0.2, 1e-3, 0}}),
                Map.of("fit", 1.5),
                123_456_789L);
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
