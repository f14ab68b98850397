package io.auspex.ingest;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything a simulated market depends on: two generators of equal configuration give the same
 * candles, bit for bit. The candles of the first symbols do not depend on how many follow, the
 * prices do not depend on the gaps, and markets that differ in strength alone share their noise.
 *
 * @param seed names the market; every seed has the same dynamics and other noise
 * @param strength how much of the direction is predictable, 0 to 10. At 0 nothing is: the sign of
 *     every future log return is a fair coin whatever has been seen. 1 is the default.
 * @param symbolCount 1 to 200
 * @param historyDays days of candles that count as history, 0 to 3,650
 * @param timeframe of every candle; the dynamics are stated per candle, whatever its length
 * @param gapProbability chance, per symbol and candle, that a gap of 1 to 40 missing candles
 *     begins; at most 0.5
 * @param changeAfterDays the market's law changes when so many days have passed since {@link
 *     #START_MILLIS}: a price above its mean falls from then on where it went on rising before; 0
 *     for never, at most 3,650
 */
public record SimulatedMarket(
        long seed,
        double strength,
        int symbolCount,
        int historyDays,
        Timeframe timeframe,
        double gapProbability,
        int changeAfterDays) {

    /** 2026-01-01T00:00Z: the open time of the first candle, milliseconds since the epoch. */
    public static final long START_MILLIS = 1_767_225_600_000L;

    private static final List<String> FIRST_NAMES =
            List.of("BTCSIM", "ETHSIM", "ADASIM", "LTCSIM", "XLMSIM");
    static final long DAY_MILLIS = 86_400_000L;

    public SimulatedMarket {
        if (!(strength >= 0 && strength <= 10)) {
            throw new IllegalArgumentException("strength must be 0 to 10: " + strength);
        }
        if (symbolCount < 1 || symbolCount > 200) {
            throw new IllegalArgumentException("symbols must be 1 to 200: " + symbolCount);
        }
        if (historyDays < 0 || historyDays > 3_650) {
            throw new IllegalArgumentException("days must be 0 to 3650: " + historyDays);
        }
        if (!(gapProbability >= 0 && gapProbability <= 0.5)) {
            throw new IllegalArgumentException(
                    "gap probability must be 0 to 0.5: " + gapProbability);
        }
        if (changeAfterDays < 0 || changeAfterDays > 3_650) {
            throw new IllegalArgumentException(
                    "the market changes after 0 to 3650 days: " + changeAfterDays);
        }
    }

    /** A market whose law never changes. */
    public SimulatedMarket(
            long seed,
            double strength,
            int symbolCount,
            int historyDays,
            Timeframe timeframe,
            double gapProbability) {
        this(seed, strength, symbolCount, historyDays, timeframe, gapProbability, 0);
    }

    /** Five symbols, 45 days of history, 5-minute candles, strength 1, no gaps. */
    public static SimulatedMarket standard(long seed) {
        return new SimulatedMarket(seed, 1.0, 5, 45, Timeframe.FIVE_MINUTES, 0);
    }

    /** The same market with another strength. */
    public SimulatedMarket withStrength(double other) {
        return new SimulatedMarket(
                seed, other, symbolCount, historyDays, timeframe, gapProbability, changeAfterDays);
    }

    /** The same market, with a change of its law after so many days. */
    public SimulatedMarket changingAfterDays(int days) {
        return new SimulatedMarket(
                seed, strength, symbolCount, historyDays, timeframe, gapProbability, days);
    }

    /** Whether the law is another one at that time than at the start. */
    public boolean hasChanged(long openTimeMillis) {
        return changeAfterDays > 0 && openTimeMillis >= START_MILLIS + changeAfterDays * DAY_MILLIS;
    }

    /**
     * {@code simulated:<seed>}; other strengths than 1 and a change are added ({@code
     * simulated:7:0.5}, {@code simulated:7:changing-60}), so that one identity never stands for two
     * price histories.
     */
    public String identity() {
        return "simulated:"
                + seed
                + (strength == 1 ? "" : ":" + strength)
                + (changeAfterDays == 0 ? "" : ":changing-" + changeAfterDays);
    }

    /** The symbols in the order of their index; not sorted by name. */
    public List<Symbol> symbols() {
        List<Symbol> symbols = new ArrayList<>();
        for (int index = 0; index < symbolCount; index++) {
            symbols.add(
                    new Symbol(
                            index < FIRST_NAMES.size()
                                    ? FIRST_NAMES.get(index)
                                    : "S%03dSIM".formatted(index + 1)));
        }
        return List.copyOf(symbols);
    }

    /** Close time of the last candle of the history. */
    public long historyEndMillis() {
        return START_MILLIS + timeframe.openTimeOf(historyDays * DAY_MILLIS);
    }
}
