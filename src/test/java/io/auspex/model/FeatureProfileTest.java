package io.auspex.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.platform.Json;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FeatureProfileTest {

    @Test
    void cutsDistinctValuesIntoTenEqualParts() {
        float[] values = new float[1_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i * 7) % 1_000 + 1;
        }
        FeatureProfile profile = profile(List.of("x"), values);
        FeatureProfile.Feature x = profile.features().get("x");
        assertThat(profile.rows()).isEqualTo(1_000);
        assertThat(x.edges()).containsExactly(100f, 200f, 300f, 400f, 500f, 600f, 700f, 800f, 900f);
        assertThat(x.shares()).allSatisfy(share -> assertThat(share).isEqualTo(0.1, within(1e-12)));
        assertThat(x.low()).isEqualTo(1);
        assertThat(x.high()).isEqualTo(1_000);
        assertThat(x.bin(100)).isZero();
        assertThat(x.bin(100.5f)).isEqualTo(1);
        assertThat(x.bin(Float.NEGATIVE_INFINITY)).isZero();
        assertThat(x.bin(5_000)).isEqualTo(9);
    }

    @Test
    void repeatedValuesShareABinAndNoBinIsEmpty() {
        Random random = new Random(3);
        float[][] columns = new float[3][5_000];
        for (int i = 0; i < 5_000; i++) {
            columns[0][i] = random.nextInt(10) < 7 ? 0 : random.nextInt(4);
            columns[1][i] = 5;
            columns[2][i] = Float.NaN;
        }
        FeatureProfile profile = profile(List.of("discrete", "constant", "missing"), columns);
        assertThat(profile.features()).containsOnlyKeys("discrete", "constant");
        FeatureProfile.Feature discrete = profile.features().get("discrete");
        assertThat(discrete.edges()).containsExactly(0f, 1f, 2f);
        assertThat(discrete.shares().getFirst()).isBetween(0.74, 0.81);
        assertThat(discrete.shares().stream().mapToDouble(s -> s).sum())
                .isEqualTo(1, within(1e-12));
        assertThat(profile.features().get("constant").edges()).isEmpty();
        assertThat(profile.features().get("constant").low()).isEqualTo(5);
    }

    @Test
    void countsWhatIsMissing() {
        FeatureProfile profile =
                profile(
                        List.of("x"),
                        new float[] {Float.NaN, 1, 2, Float.POSITIVE_INFINITY, -0f, 0f, 3, 4});
        assertThat(profile.features().get("x").missing()).isEqualTo(0.25);
        assertThat(profile.features().get("x").high()).isEqualTo(4);
    }

    @Test
    void refusesAProfileThatContradictsItself() {
        assertThatThrownBy(() -> feature(List.of(1f), List.of(1.0), 0, 1))
                .hasMessageContaining("edges for");
        assertThatThrownBy(() -> feature(List.of(2f, 1f), List.of(0.5, 0.3, 0.2), 0, 1))
                .hasMessageContaining("ascend");
        assertThatThrownBy(() -> feature(List.of(), List.of(0.0), 0, 1))
                .hasMessageContaining("shares");
        assertThatThrownBy(() -> feature(List.of(), List.of(1.0), 2, 1))
                .hasMessageContaining("low");
    }

    /** Reports of before there were profiles, and the copy in an ONNX file, have none. */
    @Test
    void aReportHasAProfileOrSaysNothingOfIt() throws Exception {
        TrainingReport without = TrainingReportTest.report();
        ObjectNode old = Json.mapper().valueToTree(without);
        assertThat(old.has("profile")).isFalse();
        assertThat(Json.mapper().treeToValue(old, TrainingReport.class)).isEqualTo(without);

        FeatureProfile profile = profile(List.of("x"), new float[] {1, 2, 3, 4, 5, 6, 7.5f});
        TrainingReport with = without.withProfile(profile);
        String json = Json.mapper().writeValueAsString(with);
        assertThat(Json.mapper().readValue(json, TrainingReport.class)).isEqualTo(with);
    }

    /**
     * Worked by hand for two bins, and by NumPy 2 for ten: {@code ((a-e)*np.log(a/e)).sum()} with
     * actual shares 6, 8, 9, 9.5, 10, 10.5, 11, 11.5, 12, 12.5 %.
     */
    @Test
    void stabilityIndexIsTheOneOfScorecards() {
        // (0.75 - 0.5) ln 1.5 + (0.25 - 0.5) ln 0.5 = 0.25 * 0.405465 + 0.25 * 0.693147
        assertThat(
                        feature(List.of(1f), List.of(0.5, 0.5), 0, 2)
                                .stabilityIndex(new long[] {75, 25}))
                .isEqualTo(0.274653, within(1e-6));
        FeatureProfile.Feature deciles =
                feature(
                        List.of(1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f),
                        Collections.nCopies(10, 0.1),
                        0,
                        10);
        assertThat(
                        deciles.stabilityIndex(
                                new long[] {60, 80, 90, 95, 100, 105, 110, 115, 120, 125}))
                .isEqualTo(0.03872446927869196, within(1e-12));
        assertThat(deciles.stabilityIndex(new long[] {5, 5, 5, 5, 5, 5, 5, 5, 5, 5}))
                .isEqualTo(0, within(1e-12));
        assertThat(deciles.stabilityIndex(new long[] {50, 0, 0, 0, 0, 0, 0, 0, 0, 0}))
                .isBetween(2.0, 20.0);
    }

    /**
     * SciPy 1.17.1: {@code ks_2samp(x, x**2)} for x = 0.01 .. 1.00 is 0.25; at the deciles of x it
     * is 0.24.
     */
    @Test
    void theDistanceAtTheEdgesIsNeverMoreThanThatOfTheValues() {
        float[] trained = new float[100];
        for (int i = 0; i < 100; i++) {
            trained[i] = (i + 1) / 100f;
        }
        FeatureProfile.Feature feature = profile(List.of("x"), trained).features().get("x");
        long[] counts = new long[10];
        for (float x : trained) {
            counts[feature.bin(x * x)]++;
        }
        assertThat(feature.distance(counts))
                .isEqualTo(0.24, within(1e-9))
                .isLessThanOrEqualTo(0.25);
    }

    /**
     * A feature that keeps its value for a stretch differs from stretch to stretch; noise does not.
     */
    @Test
    void knowsWhatItsOwnStretchesDifferBy() {
        Random random = new Random(9);
        float[][] columns = new float[2][5_001];
        for (int i = 0; i <= 5_000; i++) {
            columns[0][i] = (float) random.nextGaussian();
            columns[1][i] = i / 500 + random.nextFloat();
        }
        FeatureProfile profile = profile(List.of("quick", "slow"), columns);
        assertThat(profile.features().get("quick").windowPsi()).isLessThan(0.1);
        assertThat(profile.features().get("quick").windowKs()).isBetween(0.01, 0.06);
        assertThat(profile.features().get("slow").windowPsi()).isGreaterThan(2);
        assertThat(profile.features().get("slow").windowKs()).isGreaterThan(0.5);
        assertThat(profile(List.of("x"), new float[1_900]).features().get("x").windowPsi())
                .isNull();
    }

    private static FeatureProfile profile(List<String> names, float[]... columns) {
        long[] times = new long[columns[0].length];
        for (int i = 0; i < times.length; i++) {
            times[i] = 300_000L * i;
        }
        return FeatureProfile.of(names, columns, times, 300_000);
    }

    private static FeatureProfile.Feature feature(
            List<Float> edges, List<Double> shares, float low, float high) {
        return new FeatureProfile.Feature(edges, shares, low, high, 0, null, null);
    }
}
