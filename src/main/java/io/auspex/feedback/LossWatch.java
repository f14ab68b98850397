package io.auspex.feedback;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Watches the live loss with {@link Adwin}. Outcomes whose horizons overlap, and those of one
 * close, say much the same; so what ADWIN gets is the mean loss of all outcomes within one horizon
 * of time, clipped to a range that they seldom leave: the narrower it is, the sooner a change is
 * noticed. Its promise about false alarms is for independent values: neighbouring blocks share one
 * horizon still, those farther apart none.
 *
 * <p>Outcomes come in the order of their closes. Not thread-safe.
 */
final class LossWatch {

    /** Blocks whose number of outcomes is remembered: a year of blocks of two hours. */
    private static final int MOST_BLOCKS = 4_380;

    private final long blockMillis;
    private final double leastNats;
    private final double rangeNats;
    private final double delta;
    private final Adwin adwin;
    private final Deque<Integer> outcomes = new ArrayDeque<>();
    private long block = Long.MIN_VALUE;
    private double sum;
    private int count;
    private @Nullable LossShift shift;

    private LossWatch(long horizonMillis, double leastNats, double rangeNats, double delta) {
        this.blockMillis = horizonMillis;
        this.leastNats = leastNats;
        this.rangeNats = rangeNats;
        this.delta = delta;
        this.adwin = new Adwin(delta);
    }

    /** Of the log loss of up and down. Base rates of 15 to 35 % a side cost 0.8 to 1.3. */
    static LossWatch ofLoss(long horizonMillis, double delta) {
        return new LossWatch(horizonMillis, 0, 3, delta);
    }

    /** Of what the direction of a move costs more than it costs the base rates, about 0.69. */
    static LossWatch ofDirection(long horizonMillis, double delta) {
        return new LossWatch(horizonMillis, -0.35, 0.7, delta);
    }

    /** The last change for the worse. */
    Optional<LossShift> shift() {
        return Optional.ofNullable(shift);
    }

    void add(long closeTimeMillis, double lossNats) {
        long next = Math.floorDiv(closeTimeMillis, blockMillis);
        if (next != block && count > 0) {
            finish(closeTimeMillis);
        }
        block = next;
        sum += lossNats;
        count++;
    }

    private void finish(long noticedMillis) {
        outcomes.addLast(count);
        double value = Math.clamp((sum / count - leastNats) / rangeNats, 0.0, 1.0);
        sum = 0;
        count = 0;
        Optional<Adwin.Cut> cut = adwin.add(value);
        while (outcomes.size() > Math.min(adwin.width(), MOST_BLOCKS)) {
            outcomes.removeFirst();
        }
        cut.filter(change -> change.after() > change.before())
                .ifPresent(worse ->
                        shift =
                                new LossShift(
                                        Instant.ofEpochMilli(noticedMillis),
                                        leastNats + worse.before() * rangeNats,
                                        leastNats + worse.after() * rangeNats,
                                        outcomes.stream().mapToLong(Integer::longValue).sum(),
                                        delta));
    }
}
