package io.auspex.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class AdwinTest {

    private static final double DELTA = 0.002;

    /** What is promised is delta a value; the union bound over cuts makes it far less. */
    @Test
    void falseAlarmsOnStationaryStreamsAreRarerThanPromised() {
        int streams = 300;
        int length = 2_000;
        List<Supplier<Random>> kinds = List.of(() -> new Random(11), () -> new Random(12));
        int alarms = 0;
        for (int kind = 0; kind < kinds.size(); kind++) {
            Random random = kinds.get(kind).get();
            for (int stream = 0; stream < streams / kinds.size(); stream++) {
                Adwin adwin = new Adwin(DELTA);
                for (int i = 0; i < length; i++) {
                    double value =
                            kind == 0
                                    ? random.nextInt(10) < 3 ? 1 : 0
                                    : Math.clamp(0.4 + 0.1 * random.nextGaussian(), 0, 1);
                    alarms += adwin.add(value).isPresent() ? 1 : 0;
                }
            }
        }
        // Delta a value would be 1,200 in these 600,000 values; the union bound leaves far fewer.
        assertThat(alarms).isLessThanOrEqualTo((int) (DELTA * streams * length / 100));
    }

    /**
     * Theorem 3.1 of the paper: a step is noticed once both sides are long enough for the bound to
     * be half of it. With n values before, deviation s and step d that is about {@code 8 s^2 L /
     * d^2 + 8 L / (3 d)} values, {@code L = ln(2 ln(n) / delta)}.
     */
    @Property(tries = 60, seed = "7")
    void aStepIsNoticedWithinTheBound(
            @ForAll @DoubleRange(min = 0.15, max = 0.4) double step,
            @ForAll @DoubleRange(min = 0.02, max = 0.1) double deviation,
            @ForAll long seed) {
        Random random = new Random(seed);
        Adwin adwin = new Adwin(DELTA);
        int before = 1_000;
        for (int i = 0; i < before; i++) {
            adwin.add(Math.clamp(0.3 + deviation * random.nextGaussian(), 0, 1));
        }
        double logarithm = Math.log(2 * Math.log(before) / DELTA);
        double bound =
                8 * deviation * deviation * logarithm / (step * step) + 8 * logarithm / (3 * step);
        int delay = 0;
        boolean noticed = false;
        while (!noticed && delay < 5 * bound + 32) {
            delay++;
            noticed =
                    adwin.add(Math.clamp(0.3 + step + deviation * random.nextGaussian(), 0, 1))
                            .filter(cut -> cut.after() > cut.before())
                            .isPresent();
        }
        assertThat(noticed).isTrue();
        assertThat((double) delay).isLessThanOrEqualTo(bound + 32);
    }

    @Property(tries = 50, seed = "8")
    void theHistogramIsTheMeanOfItsNewestValues(@ForAll long seed) {
        Random random = new Random(seed);
        Adwin adwin = new Adwin(DELTA);
        List<Double> all = new ArrayList<>();
        int length = 1 + random.nextInt(3_000);
        double level = random.nextDouble();
        for (int i = 0; i < length; i++) {
            if (random.nextInt(500) == 0) {
                level = random.nextDouble();
            }
            double value = Math.clamp(level + 0.1 * random.nextGaussian(), 0, 1);
            all.add(value);
            adwin.add(value);
        }
        List<Double> window = all.subList(all.size() - (int) adwin.width(), all.size());
        assertThat(adwin.mean())
                .isEqualTo(
                        window.stream().mapToDouble(v -> v).average().orElseThrow(), within(1e-9));
    }

    @Test
    void memoryGrowsWithTheLogarithmOfTheStream() {
        Adwin adwin = new Adwin(DELTA);
        for (int i = 0; i < 100_000; i++) {
            adwin.add(i % 2);
        }
        assertThat(adwin.width()).isEqualTo(100_000);
        assertThat(adwin.buckets()).isLessThanOrEqualTo(6 * 17);
    }

    @Test
    void refusesWhatItsBoundIsNotAbout() {
        Adwin adwin = new Adwin(DELTA);
        assertThatThrownBy(() -> adwin.add(1.1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> adwin.add(Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Adwin(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
