package io.auspex.signals;

import java.util.Locale;

/**
 * A fraction as the reasons of signals have it: percent with two decimals. The text is that of
 * {@code String.format("%.2f %%")}, which a test compares, for a twentieth of its time: a close of
 * 200 symbols writes 600 of them. It is part of what a replay compares, so it must not change.
 */
final class Percent {

    /** Beyond it the hundredths of a percent are not whole numbers that a double has exactly. */
    private static final double MOST_FRACTION = 1e6;

    /** So near to the middle between two texts the decimal digits decide, not the product below. */
    private static final double NEAR_MIDDLE = 1e-4;

    private Percent() {}

    static String text(double fraction) {
        double percent = 100 * fraction;
        double hundredths = 100 * Math.abs(percent);
        long below = (long) hundredths;
        double rest = hundredths - below;
        if (!(Math.abs(fraction) < MOST_FRACTION) || Math.abs(rest - 0.5) < NEAR_MIDDLE) {
            return String.format(Locale.ROOT, "%.2f %%", percent);
        }
        long rounded = rest < 0.5 ? below : below + 1;
        StringBuilder text = new StringBuilder(12);
        // A negative zero has its sign, as Java writes it.
        if (Double.doubleToRawLongBits(percent) < 0) {
            text.append('-');
        }
        text.append(rounded / 100).append('.');
        long decimals = rounded % 100;
        if (decimals < 10) {
            text.append('0');
        }
        return text.append(decimals).append(" %").toString();
    }
}
