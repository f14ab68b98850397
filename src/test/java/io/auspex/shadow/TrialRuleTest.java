package io.auspex.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.model.Evidence;
import io.auspex.model.OutOfSample;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrialRuleTest {

    private static final long STEP = 300_000;
    private static final int HORIZON = 24;
    private static final int CLOSES = 2_880;
    private static final int LOOKS = 4;

    private final TrialRule rule = new TrialRule(0.05, LOOKS);

    /**
     * Two models of equal skill, different noise: each look of each watch may call the one worse.
     * Binomial(200, 0.05) exceeds 17 with a chance of 1 %.
     */
    @Test
    void aChampionThatIsNoWorseIsSeldomRolledBack() {
        Random random = new Random(31);
        int rolledBack = 0;
        for (int watch = 0; watch < 200; watch++) {
            rolledBack += isRolledBack(random, 0) ? 1 : 0;
        }
        assertThat(rolledBack).isLessThanOrEqualTo(17);
    }

    @Test
    void aChampionThatIsMuchWorseIsRolledBackWithinTheWindow() {
        Random random = new Random(32);
        for (int watch = 0; watch < 20; watch++) {
            assertThat(isRolledBack(random, 0.25f)).isTrue();
        }
    }

    private boolean isRolledBack(Random random, float worse) {
        OutOfSample all = watch(random, worse);
        for (int look = 1; look <= LOOKS; look++) {
            Evidence evidence = all.rows(0, CLOSES * look / LOOKS).evidence(HORIZON * STEP);
            if (rule.worse(evidence).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** Outcomes and errors that last for a horizon, as overlapping labels make them. */
    private static OutOfSample watch(Random random, float worse) {
        long[] times = new long[CLOSES];
        float[] targets = new float[CLOSES * 4];
        float[] champion = new float[CLOSES * 4];
        float[] before = new float[CLOSES * 4];
        boolean up = false;
        float ours = 0;
        float theirs = 0;
        for (int i = 0; i < CLOSES; i++) {
            times[i] = i * STEP;
            if (i % HORIZON == 0) {
                up = random.nextBoolean();
                ours = 0.1f * (float) random.nextGaussian();
                theirs = 0.1f * (float) random.nextGaussian();
            }
            float truth = up ? 0.6f : 0.4f;
            fill(targets, i, up ? 1 : 0, up ? 0 : 1);
            float champions = Math.clamp(truth + ours + (up ? -worse : worse), 0.05f, 0.95f);
            float befores = Math.clamp(truth + theirs, 0.05f, 0.95f);
            fill(champion, i, champions, 1 - champions);
            fill(before, i, befores, 1 - befores);
        }
        return new OutOfSample(times, targets, champion, before);
    }

    private static void fill(float[] matrix, int row, float up, float down) {
        matrix[row * 4] = up;
        matrix[row * 4 + 1] = down;
    }
}
