package io.auspex.security;

import java.util.Optional;

/**
 * Says whether a minute of a key's use is unusual, by three rules: {@code refusals} (at least so
 * many of its calls were refused), {@code rate} (at least a floor, and so many times its usual
 * calls of a minute in which it calls at all), {@code hours} (an hour of the day, UTC, in which it
 * was never used, after so many days on which it was). A pure function of what it is given.
 */
record UnusualUse(String rule, String detail) {

    /** Minutes with calls before the usual rate is known. */
    static final int KNOWN_AFTER_MINUTES = 60;

    /**
     * What is known of a key before the minute.
     *
     * @param usualPerMinute mean calls of the minutes in which it called
     * @param minutes how many those were
     * @param days on which it was used
     * @param hourIsKnown whether it was used in this hour of the day before
     */
    record History(double usualPerMinute, long minutes, int days, boolean hourIsKnown) {}

    static Optional<UnusualUse> judge(
            KeyActivity.Counts minute, History before, int hour, SecurityConfig.Unusual rules) {
        if (minute.refusals() >= rules.refusals()) {
            return Optional.of(
                    new UnusualUse("refusals", minute.refusals() + " refused calls in a minute"));
        }
        if (before.minutes() >= KNOWN_AFTER_MINUTES
                && minute.calls() >= rules.rateFloor()
                && minute.calls() >= rules.rateFactor() * before.usualPerMinute()) {
            return Optional.of(
                    new UnusualUse(
                            "rate",
                            "%d calls in a minute, usually %.1f"
                                    .formatted(minute.calls(), before.usualPerMinute())));
        }
        if (minute.calls() > 0
                && before.days() >= rules.hoursAfterDays()
                && !before.hourIsKnown()) {
            return Optional.of(
                    new UnusualUse(
                            "hours",
                            "used between %02d:00 and %02d:59 UTC, as on none of %d days before"
                                    .formatted(hour, hour, before.days())));
        }
        return Optional.empty();
    }
}
