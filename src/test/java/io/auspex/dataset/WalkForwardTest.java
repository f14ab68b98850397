package io.auspex.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.market.Timeframe;
import io.auspex.model.ValidationSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class WalkForwardTest {

    private static final Timeframe TIMEFRAME = Timeframe.FIVE_MINUTES;
    private static final long STEP = TIMEFRAME.millis();

    @Test
    void cutsAPlainSeriesWhereItSays() {
        long[] times = new long[100];
        Arrays.setAll(times, i -> i * STEP);
        List<WalkForward.Fold> folds =
                WalkForward.folds(times, new ValidationSpec(3, 0.4, 2), 5 * STEP, TIMEFRAME);
        // Row 40 tests first: labels of rows 35 on reach it; two more candles are embargo.
        assertThat(folds)
                .containsExactly(
                        new WalkForward.Fold(1, 33, 40, 60),
                        new WalkForward.Fold(2, 53, 60, 80),
                        new WalkForward.Fold(3, 73, 80, 100));
    }

    @Property(seed = "2026", tries = 500)
    void neverTrainsOnWhatATestCouldSee(
            @ForAll long seed,
            @ForAll @IntRange(min = 30, max = 400) int closes,
            @ForAll @IntRange(min = 2, max = 12) int folds,
            @ForAll @DoubleRange(min = 0.2, max = 0.8) double firstTrainShare,
            @ForAll @IntRange(min = 1, max = 10) int horizonCandles,
            @ForAll @IntRange(min = 0, max = 10) int embargo) {
        Assume.that(closes * (1 - firstTrainShare) > folds + 1);
        Assume.that(closes * firstTrainShare > horizonCandles + embargo + 2);
        long[] times = times(new Random(seed), closes);
        long horizon = horizonCandles * STEP;
        ValidationSpec spec = new ValidationSpec(folds, firstTrainShare, embargo);
        List<WalkForward.Fold> cut = WalkForward.folds(times, spec, horizon, TIMEFRAME);

        assertThat(cut).hasSize(folds);
        int next = cut.getFirst().testFrom();
        for (int i = 0; i < folds; i++) {
            WalkForward.Fold fold = cut.get(i);
            assertThat(fold.number()).isEqualTo(i + 1);
            assertThat(fold.testFrom()).as("follows the span before").isEqualTo(next);
            next = fold.testTo();
            assertThat(times[fold.testFrom() - 1])
                    .as("a close is never cut")
                    .isLessThan(times[fold.testFrom()]);
            long testStart = times[fold.testFrom()];
            long lastTrained = times[fold.trainTo() - 1];
            assertThat(lastTrained + horizon + embargo * STEP)
                    .as("purge and embargo")
                    .isLessThan(testStart);
            assertThat(times[fold.trainTo()] + horizon + embargo * STEP)
                    .as("nothing more is left out than must be")
                    .isGreaterThanOrEqualTo(testStart);
        }
        assertThat(next).as("the test spans reach the end").isEqualTo(times.length);
        assertThat(distinct(times, 0, cut.getFirst().testFrom()))
                .isEqualTo((int) (closes * firstTrainShare));
        int[] spans =
                cut.stream().mapToInt(f -> distinct(times, f.testFrom(), f.testTo())).toArray();
        assertThat(Arrays.stream(spans).max().orElseThrow())
                .isLessThanOrEqualTo(Arrays.stream(spans).min().orElseThrow() + 1);
    }

    @Test
    void saysWhenThereIsTooLittle() {
        long[] times = new long[20];
        Arrays.setAll(times, i -> i * STEP);
        ValidationSpec spec = new ValidationSpec(5, 0.4, 24);
        assertThatThrownBy(() -> WalkForward.folds(times, spec, STEP, TIMEFRAME))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("20 closes are too few for 5 folds");
        assertThatThrownBy(() -> WalkForward.folds(new long[0], spec, STEP, TIMEFRAME))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> WalkForward.folds(new long[] {2, 1}, spec, STEP, TIMEFRAME))
                .hasMessageContaining("goes back in time");
    }

    /** One to four rows a close, with gaps between closes. */
    private static long[] times(Random random, int closes) {
        long[] times = new long[closes * 4];
        int rows = 0;
        long time = 0;
        for (int close = 0; close < closes; close++) {
            time += (random.nextInt(12) == 0 ? 1 + random.nextInt(40) : 1) * STEP;
            int symbols = 1 + random.nextInt(4);
            Arrays.fill(times, rows, rows + symbols, time);
            rows += symbols;
        }
        return Arrays.copyOf(times, rows);
    }

    private static int distinct(long[] times, int from, int to) {
        return (int) Arrays.stream(times, from, to).distinct().count();
    }
}
