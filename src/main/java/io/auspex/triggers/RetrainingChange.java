package io.auspex.triggers;

import org.jspecify.annotations.Nullable;

/**
 * What is changed when automatic refits of a model are started; absent is as before.
 *
 * @param timeBased refits by time
 * @param intervalHours instead of the schedule: so many hours after the last refit, 1 to 87,600
 * @param performanceBased refits because of bad outcomes
 * @param accuracyThreshold live accuracy below which a refit starts, 0 to 1
 * @param maxRetrainingPerDay refits within 24 hours
 * @param minDataPoints candles of the market since the last refit
 */
public record RetrainingChange(
        @Nullable Boolean timeBased,
        @Nullable Integer intervalHours,
        @Nullable Boolean performanceBased,
        @Nullable Double accuracyThreshold,
        @Nullable Integer maxRetrainingPerDay,
        @Nullable Integer minDataPoints) {

    /** Nothing but started. */
    public static final RetrainingChange NONE =
            new RetrainingChange(null, null, null, null, null, null);

    /**
     * The rules with the change, enabled.
     *
     * @throws IllegalArgumentException when a value is out of its range
     */
    RefitRules applyTo(RefitRules rules) {
        return rules.switched(true)
                .with(time(rules.time()))
                .with(performance(rules.performance()))
                .with(limits(rules.limits()));
    }

    private RefitRules.Time time(RefitRules.Time before) {
        if (intervalHours != null && (intervalHours < 1 || intervalHours > 87_600)) {
            throw new IllegalArgumentException(
                    "interval_hours must be 1 to 87600: " + intervalHours);
        }
        return new RefitRules.Time(
                timeBased == null ? before.enabled() || intervalHours != null : timeBased,
                intervalHours == null ? before.schedule() : "every " + intervalHours + "h",
                before.zone());
    }

    private RefitRules.Performance performance(RefitRules.Performance before) {
        return new RefitRules.Performance(
                performanceBased == null
                        ? before.enabled() || accuracyThreshold != null
                        : performanceBased,
                accuracyThreshold == null ? before.accuracyThreshold() : accuracyThreshold,
                before.logLossThreshold(),
                before.againstBaseRate(),
                before.worseSignificance(),
                before.minOutcomes(),
                before.trendRatio());
    }

    private RefitRules.Limits limits(RefitRules.Limits before) {
        if (maxRetrainingPerDay != null && maxRetrainingPerDay < 1) {
            throw new IllegalArgumentException(
                    "max_retraining_per_day must be at least 1: " + maxRetrainingPerDay);
        }
        if (minDataPoints != null && minDataPoints < 0) {
            throw new IllegalArgumentException(
                    "min_data_points must not be negative: " + minDataPoints);
        }
        return new RefitRules.Limits(
                maxRetrainingPerDay == null ? before.maxPerDay() : maxRetrainingPerDay,
                minDataPoints == null ? before.minNewCandles() : minDataPoints,
                before.cooldown(),
                before.maxConsecutiveFailures());
    }
}
