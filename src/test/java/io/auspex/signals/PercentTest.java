package io.auspex.signals;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The texts are in ledgers already: they must be those of {@link String#format}. */
class PercentTest {

    @ParameterizedTest
    @ValueSource(
            doubles = {
                0.0,
                -0.0,
                1,
                -1,
                0.08,
                0.1,
                0.12345,
                0.000_05,
                -0.000_05,
                0.000_049_999,
                -0.000_01,
                0.000_15,
                0.001_25,
                0.123_449_999,
                1.005e-2,
                0.999_95,
                0.999_949,
                12_345.678_9,
                1e6,
                -1e7,
                1e300,
                Double.MIN_VALUE,
                Double.NaN,
                Double.POSITIVE_INFINITY
            })
    void writesWhatFormatWrites(double fraction) {
        assertThat(Percent.text(fraction)).isEqualTo(formatted(fraction));
    }

    @Test
    void writesWhatFormatWritesOfAnyFraction() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 200_000; i++) {
            double fraction =
                    switch (i % 4) {
                        case 0 -> random.nextDouble(-1, 1);
                        case 1 -> random.nextGaussian() / 500;
                        // Float32, as heads are.
                        case 2 -> (float) random.nextDouble();
                        // On the middle between two texts, as far as a double can be.
                        default -> (random.nextInt(20_000) - 10_000 + 0.5) / 10_000;
                    };
            assertThat(Percent.text(fraction)).isEqualTo(formatted(fraction));
        }
    }

    private static String formatted(double fraction) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * fraction);
    }
}
