package io.auspex.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.auspex.model.LossTest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExcessLossTest {

    private static final long STEP = 300_000;
    private static final int HORIZON = 24;
    private static final int DAY = 288;
    private static final long START = 1_767_225_600_000L;

    /** Overlapping outcomes, as returns of a horizon are: a mean excess and noise around it. */
    private static double[] excess(
            long seed, int closes, int changeAt, double before, double after) {
        Random random = new Random(seed);
        double[] noise = new double[closes + HORIZON];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = random.nextGaussian();
        }
        double[] excess = new double[closes];
        for (int i = 0; i < closes; i++) {
            double sum = 0;
            for (int lag = 0; lag < HORIZON; lag++) {
                sum += noise[i + lag];
            }
            excess[i] = (i < changeAt ? before : after) + 0.2 * sum / Math.sqrt(HORIZON);
        }
        return excess;
    }

    private static ExcessLoss fed(double[] excess) {
        ExcessLoss losses = new ExcessLoss(HORIZON * STEP, 36);
        for (int i = 0; i < excess.length; i++) {
            losses.add(START + i * STEP, 0.7 + excess[i], 0.7);
            losses.add(START + i * STEP, 0.7 + excess[i], 0.7);
        }
        return losses;
    }

    private static boolean alarm(ExcessLoss losses) {
        return losses.deficit().orElseThrow().test().passes(0.01);
    }

    /** Neighbouring blocks share a third of a block's overlap, which makes 1 % a little more. */
    @Test
    void aChampionAsGoodAsTheBaseRatesIsCalledWorseInOneOrTwoLooksOfAHundred() {
        int alarms = 0;
        for (int seed = 0; seed < 2_000; seed++) {
            alarms += alarm(fed(excess(seed, 3 * DAY, 0, 0, 0))) ? 1 : 0;
        }
        assertThat(alarms).isLessThanOrEqualTo(50);
    }

    @Test
    void aChampionThatIsBetterIsHardlyEverCalledWorse() {
        int alarms = 0;
        for (int seed = 0; seed < 400; seed++) {
            alarms += alarm(fed(excess(seed, 3 * DAY, Integer.MAX_VALUE, -0.05, 0))) ? 1 : 0;
        }
        assertThat(alarms).isLessThanOrEqualTo(1);
    }

    @Test
    void aTurnIsProvenWithinThreeDaysAndItsMomentIsFound() {
        for (int seed = 0; seed < 20; seed++) {
            ExcessLoss losses = fed(excess(seed, 23 * DAY, 20 * DAY, -0.1, 0.2));
            Deficit deficit = losses.deficit().orElseThrow();
            assertThat(deficit.test().passes(0.01)).as("seed " + seed).isTrue();
            assertThat(deficit.since())
                    .isBetween(
                            Instant.ofEpochMilli(START + 18 * DAY * STEP),
                            Instant.ofEpochMilli(START + 21 * DAY * STEP));
        }
    }

    /** Its own life is bad from the first close to the last, and so has no moment in it. */
    @Test
    void aChampionThatTookOverAfterTheTurnFindsTheTurnInWhatWasServedBefore() {
        Instant turn = Instant.ofEpochMilli(START + 20 * DAY * STEP);
        int takeover = 23 * DAY;
        for (int seed = 0; seed < 20; seed++) {
            double[] excess = excess(seed, 26 * DAY, 20 * DAY, -0.1, 0.2);
            ExcessLoss remembering = new ExcessLoss(HORIZON * STEP, 36);
            ExcessLoss alone = new ExcessLoss(HORIZON * STEP, 36);
            for (int i = 0; i < excess.length; i++) {
                if (i >= takeover) {
                    remembering.add(START + i * STEP, 0.7 + excess[i], 0.7);
                    alone.add(START + i * STEP, 0.7 + excess[i], 0.7);
                } else if (i % 4 == 0) {
                    remembering.remember(START + i * STEP, 0.7 + excess[i], 0.7);
                }
            }
            Deficit deficit = remembering.deficit().orElseThrow();
            Deficit own = alone.deficit().orElseThrow();
            assertThat(deficit.since())
                    .as("seed " + seed)
                    .isBetween(turn.minus(Duration.ofDays(1)), turn.plus(Duration.ofDays(1)));
            assertThat(own.since()).isAfterOrEqualTo(turn.plus(Duration.ofDays(3)));
            assertThat(deficit.test()).as("it is about the champion").isEqualTo(own.test());
            assertThat(deficit.outcomes()).isEqualTo(own.outcomes());
            assertThat(deficit.loss()).isEqualTo(own.loss());
        }
    }

    @Test
    void itLooksAtTheNewestHorizonsOnlyAndTellsTheirMeans() {
        double[] excess = new double[10 * DAY];
        Arrays.fill(excess, 0, 5 * DAY, 5.0);
        for (int i = 5 * DAY; i < excess.length; i++) {
            excess[i] = i % 2 == 0 ? -0.1 : -0.2;
        }
        Deficit deficit = fed(excess).deficit().orElseThrow();
        assertThat(deficit.outcomes()).isEqualTo(2L * 36 * HORIZON);
        assertThat(deficit.loss()).isCloseTo(0.55, within(1e-9));
        assertThat(deficit.baseLoss()).isCloseTo(0.7, within(1e-9));
        assertThat(deficit.since()).isNull();
    }

    @Test
    void aFewOutcomesProveNothing() {
        assertThat(new ExcessLoss(HORIZON * STEP, 36).deficit()).isEmpty();
        Deficit deficit = fed(excess(1, DAY, 0, 1, 1)).deficit().orElseThrow();
        assertThat(deficit.test()).isInstanceOf(LossTest.Untestable.class);
        assertThat(deficit.since())
                .as("worse from the beginning")
                .isBefore(Instant.ofEpochMilli(START).plus(Duration.ofDays(1)));
    }
}
