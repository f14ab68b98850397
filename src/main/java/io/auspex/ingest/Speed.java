package io.auspex.ingest;

import io.auspex.market.Timeframe;
import java.time.Duration;

/** How fast market time passes while live closes are handed over. */
public sealed interface Speed {

    /** As fast as the listener takes them. */
    record Max() implements Speed {

        @Override
        public Duration pause(Timeframe timeframe) {
            return Duration.ZERO;
        }

        @Override
        public String toString() {
            return "max";
        }
    }

    /**
     * A multiple of real time.
     *
     * @param factor finite and positive; 300 turns five minutes into one second
     */
    record Multiple(double factor) implements Speed {

        public Multiple {
            if (!Double.isFinite(factor) || factor <= 0) {
                throw new IllegalArgumentException("speed must be finite and positive: " + factor);
            }
        }

        @Override
        public Duration pause(Timeframe timeframe) {
            return Duration.ofNanos(Math.round(timeframe.millis() * 1e6 / factor));
        }

        @Override
        public String toString() {
            return factor == Math.rint(factor) && factor < 1e15
                    ? Long.toString((long) factor)
                    : Double.toString(factor);
        }
    }

    /** Real time between two live closes that follow each other. */
    Duration pause(Timeframe timeframe);

    /**
     * Reads {@code max} or a multiple of real time such as {@code 300} or {@code 0.5}.
     *
     * @throws IllegalArgumentException when it is neither
     */
    static Speed parse(String text) {
        String trimmed = text.strip();
        if (trimmed.equals("max")) {
            return new Max();
        }
        try {
            return new Multiple(Double.parseDouble(trimmed));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "speed must be 'max' or a positive multiple of real time such as 300: '"
                            + text
                            + "'",
                    e);
        }
    }
}
