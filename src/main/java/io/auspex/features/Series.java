package io.auspex.features;

import io.auspex.market.Timeframe;
import org.jspecify.annotations.Nullable;

/**
 * The candles of one symbol and timeframe, and the two states that follow them. Time is cut into
 * blocks of fixed length on the absolute grid. The active state answers; it was started at the
 * beginning of the block before the present one, or at the beginning of the segment when that is
 * later. The following state was started at the beginning of the present block and becomes active
 * at the next. A segment begins with the first candle, and anew after a gap too long to bridge.
 *
 * <pre>
 *            block k-1         block k           block k+1
 *       |-----------------|-----------------|-----------------|
 * state A ================================== answers in block k
 * state B                  ================================== answers in block k+1
 * </pre>
 *
 * See {@code docs/decisions/0002-block-anchored-indicators.md} for why.
 */
final class Series {

    private final SeriesPlan plan;
    private final long candleMillis;
    private final CandleWindow window;

    /** Null before the first candle of a segment. */
    private @Nullable SeriesState active;

    /** The same as the active one during the first block of a segment. */
    private @Nullable SeriesState following;

    private long block;
    private long lastOpenMillis;
    private boolean brokenByGap;

    Series(SeriesPlan plan) {
        this.plan = plan;
        this.candleMillis = plan.timeframe().millis();
        this.window = plan.window();
    }

    /** Takes the next candle; it must be later than the one before. */
    void accept(long openMillis, double high, double low, double close, double volume) {
        breakAfterGapBefore(openMillis);
        long position = Math.floorDiv(openMillis, candleMillis);
        long openedBlock = Math.floorDiv(position, (long) plan.blockCandles());
        SeriesState answering = active;
        SeriesState growing = following;
        if (answering == null || growing == null) {
            answering = new SeriesState(plan);
            growing = answering;
        } else if (openedBlock != block) {
            // A bridged gap is shorter than a block: this is the block after.
            answering = growing;
            growing = new SeriesState(plan);
        }
        active = answering;
        following = growing;
        block = openedBlock;
        lastOpenMillis = openMillis;

        window.push(high, low, close, volume);
        answering.advance(window);
        answering.read(window);
        if (growing != answering) {
            growing.advance(window);
            if (isNearBlockEnd(position)) {
                growing.read(window);
            }
        }
    }

    /** Ends the segment when too many candles are missing right before the given open time. */
    void breakAfterGapBefore(long openMillis) {
        if (active == null) {
            return;
        }
        long missing = (openMillis - lastOpenMillis) / candleMillis - 1;
        if (missing > plan.bridgedGapCandles()) {
            active = null;
            following = null;
            brokenByGap = true;
        }
    }

    /**
     * Whether the values at this position may be asked for as shifted ones by the next block: only
     * those does the following state need to compute before it answers.
     */
    private boolean isNearBlockEnd(long position) {
        int reach = plan.maxShift() * (plan.bridgedGapCandles() + 1);
        return Math.floorMod(position, plan.blockCandles()) >= plan.blockCandles() - reach;
    }

    /** The value of a slot as of the last candle, {@code shift} candles earlier; NaN for none. */
    double value(int slot, int shift) {
        SeriesState answering = active;
        return answering == null ? Double.NaN : answering.value(slot, shift);
    }

    /** Candles that the answering state has seen. */
    int count() {
        SeriesState answering = active;
        return answering == null ? 0 : answering.count();
    }

    /** Whether a gap has ended a segment before. */
    boolean brokenByGap() {
        return brokenByGap;
    }

    Timeframe timeframe() {
        return plan.timeframe();
    }
}
