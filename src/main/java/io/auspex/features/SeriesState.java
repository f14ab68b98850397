package io.auspex.features;

import io.auspex.features.SeriesPlan.Slot;
import java.util.Arrays;
import java.util.List;

/**
 * All indicators of one series, started together on an empty past. It keeps the values of its own
 * last few candles, so that a shifted feature has the same start as an unshifted one.
 */
final class SeriesState {

    private final Indicator[] indicators;
    private final Reading[] readings;
    private final int[] warmUps;

    /** {@code [candle mod rows][slot]}; NaN where there is no value yet. */
    private final double[] values;

    private final int rows;
    private int count;

    SeriesState(SeriesPlan plan) {
        List<Slot> slots = plan.slots();
        Indicators shared = new Indicators();
        readings = new Reading[slots.size()];
        warmUps = new int[slots.size()];
        for (int slot = 0; slot < readings.length; slot++) {
            readings[slot] = slots.get(slot).term().bind(shared, slots.get(slot).period());
            warmUps[slot] = slots.get(slot).warmUp();
        }
        indicators = shared.inOrder();
        rows = plan.maxShift() + 1;
        values = new double[rows * readings.length];
        Arrays.fill(values, Double.NaN);
    }

    /** Takes the newest candle of the window. */
    void advance(CandleWindow window) {
        count++;
        for (Indicator indicator : indicators) {
            indicator.update(window, count);
        }
    }

    /** Evaluates every term as of the newest candle. */
    void read(CandleWindow window) {
        int row = count % rows * readings.length;
        for (int slot = 0; slot < readings.length; slot++) {
            values[row + slot] = count < warmUps[slot] ? Double.NaN : readings[slot].of(window);
        }
    }

    /** Candles since the start. */
    int count() {
        return count;
    }

    /** The value that the slot had {@code shift} candles ago. */
    double value(int slot, int shift) {
        return values[Math.floorMod(count - shift, rows) * readings.length + slot];
    }
}
