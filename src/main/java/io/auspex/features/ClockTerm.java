package io.auspex.features;

import java.util.Optional;

/** One number about the moment of a close, the same for every symbol. */
enum ClockTerm {
    HOUR_SIN("hour_sin"),
    HOUR_COS("hour_cos"),
    WEEKDAY_SIN("weekday_sin"),
    WEEKDAY_COS("weekday_cos");

    private static final long DAY_MILLIS = 86_400_000L;

    /** The Unix epoch was a Thursday, three days after a Monday. */
    private static final int EPOCH_WEEKDAY = 3;

    private final String code;

    ClockTerm(String code) {
        this.code = code;
    }

    static Optional<ClockTerm> of(String code) {
        for (ClockTerm term : values()) {
            if (term.code.equals(code)) {
                return Optional.of(term);
            }
        }
        return Optional.empty();
    }

    /** The name of the feature. */
    String code() {
        return code;
    }

    /**
     * @param closeTimeMillis milliseconds since the Unix epoch (UTC)
     */
    double at(long closeTimeMillis) {
        double day = (double) Math.floorMod(closeTimeMillis, DAY_MILLIS) / DAY_MILLIS;
        long days = Math.floorDiv(closeTimeMillis, DAY_MILLIS);
        double week = Math.floorMod(days + EPOCH_WEEKDAY, 7) / 7.0;
        return switch (this) {
            case HOUR_SIN -> StrictMath.sin(2 * Math.PI * day);
            case HOUR_COS -> StrictMath.cos(2 * Math.PI * day);
            case WEEKDAY_SIN -> StrictMath.sin(2 * Math.PI * week);
            case WEEKDAY_COS -> StrictMath.cos(2 * Math.PI * week);
        };
    }
}
