package io.auspex.triggers;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.Locale;

/** Numbers as sentences have them. */
final class Numbers {

    private static final MathContext DIGITS = new MathContext(4);
    private static final double SMALL = 1e-4;

    private Numbers() {}

    /** Four significant digits at most: 0.31, 1.021, 1.2e-06. */
    static String text(double value) {
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        if (value != 0 && Math.abs(value) < SMALL) {
            return String.format(Locale.ROOT, "%.1e", value);
        }
        return value == 0
                ? "0"
                : new BigDecimal(value).round(DIGITS).stripTrailingZeros().toPlainString();
    }

    /** 400, 1,000. */
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** 6 h, 1 h 30 min, 20 s. */
    static String text(Duration duration) {
        long minutes = duration.toMinutes();
        if (minutes < 1) {
            return duration.toSeconds() + " s";
        }
        String hours = minutes >= 60 ? minutes / 60 + " h" : "";
        String rest = minutes % 60 == 0 ? "" : minutes % 60 + " min";
        return (hours + " " + rest).strip();
    }
}
