package io.auspex.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LossWatchTest {

    private static final long STEP = 300_000;
    private static final int HORIZON = 24;
    private static final long START = 1_767_225_600_000L;

    /** Overlapping outcomes: each loss is a mean over a horizon, as returns of a horizon are. */
    private static double[] losses(Random random, int closes, int shiftAt, double shift) {
        double[] noise = new double[closes + HORIZON];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = random.nextGaussian();
        }
        double[] losses = new double[closes];
        for (int i = 0; i < closes; i++) {
            double sum = 0;
            for (int lag = 0; lag < HORIZON; lag++) {
                sum += noise[i + lag];
            }
            losses[i] =
                    Math.max(0, 1.2 + 0.4 * sum / Math.sqrt(HORIZON) + (i >= shiftAt ? shift : 0));
        }
        return losses;
    }

    @Test
    void aMonthOfOverlappingOutcomesRaisesNoAlarm() {
        int alarms = 0;
        for (int month = 0; month < 100; month++) {
            LossWatch watch = LossWatch.ofLoss(HORIZON * STEP, 0.002);
            double[] losses = losses(new Random(100 + month), 30 * 288, Integer.MAX_VALUE, 0);
            for (int i = 0; i < losses.length; i++) {
                watch.add(START + i * STEP, losses[i]);
            }
            alarms += watch.shift().isPresent() ? 1 : 0;
        }
        assertThat(alarms).isLessThanOrEqualTo(2);
    }

    @Test
    void aWorseLossIsNoticedWithItsFigures() {
        LossWatch watch = LossWatch.ofLoss(HORIZON * STEP, 0.002);
        double[] losses = losses(new Random(5), 40 * 288, 30 * 288, 0.8);
        LossShift first = null;
        for (int i = 0; i < losses.length; i++) {
            watch.add(START + i * STEP, losses[i]);
            first = first == null ? watch.shift().orElse(null) : first;
        }
        assertThat(first).isNotNull();
        Instant changed = Instant.ofEpochMilli(START + 30 * 288 * STEP);
        assertThat(first.at()).isAfter(changed).isBefore(changed.plusSeconds(4 * 86_400));
        // Later cuts let go of what is left of the old mean.
        LossShift last = watch.shift().orElseThrow();
        assertThat(last.before()).isBetween(1.0, 1.4);
        assertThat(last.after()).isGreaterThan(last.before() + 0.3);
        assertThat(last.outcomes()).isPositive();
        assertThat(last.delta()).isEqualTo(0.002);
    }

    @Test
    void aBetterLossIsNoAlarm() {
        LossWatch watch = LossWatch.ofLoss(HORIZON * STEP, 0.002);
        double[] losses = losses(new Random(6), 40 * 288, 30 * 288, -0.6);
        for (int i = 0; i < losses.length; i++) {
            watch.add(START + i * STEP, losses[i]);
        }
        assertThat(watch.shift()).isEmpty();
    }

    /** From 0.05 nats better than the base rates to 0.2 worse, seen within five days. */
    @Test
    void aTurnOfTheDirectionIsNoticedWithinDaysAndAMonthWithoutOneIsQuiet() {
        int alarms = 0;
        int noticed = 0;
        for (int month = 0; month < 100; month++) {
            LossWatch still = LossWatch.ofDirection(HORIZON * STEP, 0.002);
            LossWatch turned = LossWatch.ofDirection(HORIZON * STEP, 0.002);
            double[] losses = losses(new Random(500 + month), 30 * 288, Integer.MAX_VALUE, 0);
            for (int i = 0; i < losses.length; i++) {
                double excess = 0.4 * (losses[i] - 1.2) - 0.05;
                still.add(START + i * STEP, excess);
                turned.add(START + i * STEP, i < 25 * 288 ? excess : excess + 0.25);
            }
            alarms += still.shift().isPresent() ? 1 : 0;
            noticed += turned.shift().isPresent() ? 1 : 0;
        }
        assertThat(alarms).isLessThanOrEqualTo(2);
        assertThat(noticed).isGreaterThanOrEqualTo(95);
    }
}
