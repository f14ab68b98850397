package io.auspex.feedback;

import io.auspex.model.LossTest;
import io.auspex.model.PairedLossTest;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a champion loses more than the base rates, close by close: tests whether that is more than
 * chance over the newest closes, and finds out since when.
 *
 * <p>The test is the gate's ({@link PairedLossTest}) the other way round. The moment is where the
 * cumulative sum of the excess over its mean is least, which is the likeliest place of one change
 * of the mean (Hinkley, Inference about the change-point from cumulative sum tests, Biometrika 58,
 * 1971); it is looked for among means of one horizon, at most {@value #MOST_BLOCKS}: those of the
 * champion, and before them those that are remembered of others. A champion that took over after
 * the market had changed, and has been bad all its life, would else have forgotten when that was.
 *
 * <p>Outcomes come in the order of their closes. Not thread-safe.
 */
final class ExcessLoss {

    /** A year of blocks of two hours. */
    private static final int MOST_BLOCKS = 4_380;

    private final long horizonMillis;
    private final long testedMillis;
    private final Deque<Sum> closes = new ArrayDeque<>();
    private final Deque<Sum> blocks = new ArrayDeque<>();

    /** The outcomes of one close, or of the closes of one horizon. */
    private static final class Sum {

        private final long fromMillis;
        private long outcomes;
        private double loss;
        private double baseLoss;

        Sum(long fromMillis) {
            this.fromMillis = fromMillis;
        }

        void add(double more, double baseMore) {
            outcomes++;
            loss += more;
            baseLoss += baseMore;
        }

        double excess() {
            return (loss - baseLoss) / outcomes;
        }
    }

    /**
     * @param horizonMillis of the model
     * @param testedHorizons how far back the test looks
     */
    ExcessLoss(long horizonMillis, int testedHorizons) {
        this.horizonMillis = horizonMillis;
        this.testedMillis = horizonMillis * testedHorizons;
    }

    void add(long closeTimeMillis, double loss, double baseLoss) {
        Sum close = closes.peekLast();
        if (close == null || close.fromMillis != closeTimeMillis) {
            close = new Sum(closeTimeMillis);
            closes.addLast(close);
            while (closes.getFirst().fromMillis <= closeTimeMillis - testedMillis) {
                closes.removeFirst();
            }
        }
        close.add(loss, baseLoss);
        remember(closeTimeMillis, loss, baseLoss);
    }

    /** Takes what another champion lost, which counts for the moment and not for the test. */
    void remember(long closeTimeMillis, double loss, double baseLoss) {
        Sum block = blocks.peekLast();
        if (block == null || closeTimeMillis >= block.fromMillis + horizonMillis) {
            block = new Sum(closeTimeMillis);
            blocks.addLast(block);
            if (blocks.size() > MOST_BLOCKS) {
                blocks.removeFirst();
            }
        }
        block.add(loss, baseLoss);
    }

    /** Empty while there are no outcomes. */
    Optional<Deficit> deficit() {
        if (closes.isEmpty()) {
            return Optional.empty();
        }
        long[] times = new long[closes.size()];
        double[] excess = new double[closes.size()];
        long outcomes = 0;
        double loss = 0;
        double baseLoss = 0;
        int i = 0;
        for (Sum close : closes) {
            times[i] = close.fromMillis;
            excess[i++] = close.excess();
            outcomes += close.outcomes;
            loss += close.loss;
            baseLoss += close.baseLoss;
        }
        LossTest test = PairedLossTest.of(times, excess, new double[excess.length], horizonMillis);
        return Optional.of(
                new Deficit(
                        outcomes,
                        loss / outcomes,
                        baseLoss / outcomes,
                        test,
                        loss > baseLoss ? since() : null));
    }

    private @Nullable Instant since() {
        double mean = blocks.stream().mapToDouble(Sum::excess).average().orElse(0);
        double sum = 0;
        double least = 0;
        Instant since = null;
        for (Sum block : blocks) {
            if (since == null) {
                since = Instant.ofEpochMilli(block.fromMillis);
            }
            if (sum < least) {
                least = sum;
                since = Instant.ofEpochMilli(block.fromMillis);
            }
            sum += block.excess() - mean;
        }
        return since;
    }
}
