package io.auspex.model;

import java.util.Locale;
import java.util.stream.IntStream;
import org.hipparchus.distribution.continuous.TDistribution;

/**
 * Whether a model loses less than its reference on the same rows by more than chance.
 *
 * <p>The gains (loss of the reference less loss of the model) of the symbols of one close are
 * averaged first: they share the market's shocks. The closes are then cut in time into q contiguous
 * blocks of equally many closes, each at least three horizons long, because the labels of rows
 * within a horizon overlap; the q block means are tested against zero by a one-sided t-test with
 * {@code q - 1} degrees of freedom. This needs neither equal variances nor a model of the
 * autocorrelation, only that blocks are nearly independent.
 *
 * <p>Where closes crowd, as moves do when volatility clusters, blocks of equally many may be too
 * short. Then the blocks are of equal time, and those with too few closes are left out: the blocks'
 * means need not have equal variances. Which blocks there are depends on times alone, never on
 * losses.
 *
 * <p>Source: Ibragimov and Müller, t-statistic based correlation and heterogeneity robust
 * inference, Journal of Business and Economic Statistics 28 (2010).
 */
public final class PairedLossTest {

    /** More blocks would buy little power and cost independence. */
    public static final int MAX_BLOCKS = 20;

    /** With fewer, the t-test has no power worth having at the usual significance. */
    public static final int MIN_BLOCKS = 8;

    /** Length of a block in horizons: one third of its rows at most overlap the next block. */
    public static final int HORIZONS_PER_BLOCK = 3;

    /** The mean of fewer closes is too far from normal. */
    public static final int MIN_CLOSES_PER_BLOCK = 10;

    private PairedLossTest() {}

    /**
     * Tests the gain of a model over a reference.
     *
     * @param times close time of each row, ascending, milliseconds: rows of one close are
     *     neighbours
     * @param referenceLoss of each row, finite
     * @param modelLoss of each row, finite
     * @param horizonMillis how far labels reach beyond their row
     * @return {@link LossTest.Untestable} when the closes do not suffice for {@link #MIN_BLOCKS}
     *     blocks
     */
    public static LossTest of(
            long[] times, double[] referenceLoss, double[] modelLoss, long horizonMillis) {
        if (times.length != referenceLoss.length || times.length != modelLoss.length) {
            throw new IllegalArgumentException(
                    "times, reference and model differ in length: "
                            + times.length
                            + ", "
                            + referenceLoss.length
                            + ", "
                            + modelLoss.length);
        }
        if (horizonMillis <= 0) {
            throw new IllegalArgumentException("horizon must be positive: " + horizonMillis);
        }
        Closes closes = Closes.of(times, referenceLoss, modelLoss);
        int blocks = blocks(closes, horizonMillis);
        double[] means =
                blocks >= MIN_BLOCKS
                        ? closes.blockMeans(blocks)
                        : closes.meansOfEqualTimes(horizonMillis);
        if (means.length < MIN_BLOCKS) {
            return new LossTest.Untestable(
                    times.length,
                    String.format(
                            Locale.ROOT,
                            "%d rows at %d closes do not make %d blocks of %d horizons and %d"
                                    + " closes",
                            times.length,
                            closes.count(),
                            MIN_BLOCKS,
                            HORIZONS_PER_BLOCK,
                            MIN_CLOSES_PER_BLOCK));
        }
        return test(times.length, means);
    }

    /** The greatest admissible number of blocks; it depends on times alone, never on losses. */
    private static int blocks(Closes closes, long horizonMillis) {
        int blocks = Math.min(MAX_BLOCKS, closes.count() / MIN_CLOSES_PER_BLOCK);
        while (blocks >= MIN_BLOCKS
                && closes.shortestBlockMillis(blocks) / HORIZONS_PER_BLOCK < horizonMillis) {
            blocks--;
        }
        return blocks;
    }

    private static LossTest test(long rows, double[] means) {
        double mean = 0;
        for (double value : means) {
            mean += value / means.length;
        }
        double squares = 0;
        for (double value : means) {
            squares += (value - mean) * (value - mean);
        }
        double error = Math.sqrt(squares / (means.length - 1) / means.length);
        double t = mean / error;
        if (!Double.isFinite(t)) {
            return new LossTest.Untestable(
                    rows, "the gain is the same in all " + means.length + " blocks");
        }
        double pValue = new TDistribution(means.length - 1).cumulativeProbability(-t);
        return new LossTest.Tested(rows, means.length, mean, t, pValue);
    }

    /** One mean gain a close. Not a record: it holds arrays. */
    private static final class Closes {

        private final long[] times;
        private final double[] gains;
        private final int count;

        private Closes(long[] times, double[] gains, int count) {
            this.times = times;
            this.gains = gains;
            this.count = count;
        }

        static Closes of(long[] times, double[] referenceLoss, double[] modelLoss) {
            long[] distinct = new long[times.length];
            double[] gains = new double[times.length];
            int count = 0;
            for (int from = 0; from < times.length; ) {
                int to = from;
                double sum = 0;
                while (to < times.length && times[to] == times[from]) {
                    double gain = referenceLoss[to] - modelLoss[to];
                    if (!Double.isFinite(gain)) {
                        throw new IllegalArgumentException(
                                "the losses of row "
                                        + to
                                        + " are "
                                        + referenceLoss[to]
                                        + " and "
                                        + modelLoss[to]);
                    }
                    sum += gain;
                    to++;
                }
                if (to < times.length && times[to] < times[from]) {
                    throw new IllegalArgumentException("row " + to + " goes back in time");
                }
                distinct[count] = times[from];
                gains[count] = sum / (to - from);
                count++;
                from = to;
            }
            return new Closes(distinct, gains, count);
        }

        int count() {
            return count;
        }

        /** From the first close of a block to that of the next; of the last, to its last close. */
        long shortestBlockMillis(int blocks) {
            long shortest = Long.MAX_VALUE;
            for (int block = 0; block < blocks; block++) {
                int next = Math.min(start(block + 1, blocks), count - 1);
                shortest = Math.min(shortest, times[next] - times[start(block, blocks)]);
            }
            return shortest;
        }

        double[] blockMeans(int blocks) {
            double[] means = new double[blocks];
            for (int block = 0; block < blocks; block++) {
                int from = start(block, blocks);
                int to = start(block + 1, blocks);
                for (int i = from; i < to; i++) {
                    means[block] += gains[i];
                }
                means[block] /= to - from;
            }
            return means;
        }

        /** As many as there can be, at least {@link #MIN_BLOCKS}; else none. */
        double[] meansOfEqualTimes(long horizonMillis) {
            long span = count == 0 ? 0 : times[count - 1] - times[0];
            int most = (int) Math.min(MAX_BLOCKS, span / (HORIZONS_PER_BLOCK * horizonMillis));
            for (int blocks = most; blocks >= MIN_BLOCKS; blocks--) {
                double[] means = meansOfEqualTimes(blocks, span);
                if (means.length >= MIN_BLOCKS) {
                    return means;
                }
            }
            return new double[0];
        }

        private double[] meansOfEqualTimes(int blocks, long span) {
            double[] sums = new double[blocks];
            int[] closes = new int[blocks];
            for (int i = 0; i < count; i++) {
                int block = (int) Math.min(blocks - 1, (times[i] - times[0]) * blocks / span);
                sums[block] += gains[i];
                closes[block]++;
            }
            return IntStream.range(0, blocks)
                    .filter(block -> closes[block] >= MIN_CLOSES_PER_BLOCK)
                    .mapToDouble(block -> sums[block] / closes[block])
                    .toArray();
        }

        private int start(int block, int blocks) {
            return (int) ((long) count * block / blocks);
        }
    }
}
