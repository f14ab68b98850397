package io.auspex.triggers;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What may start a refit of one model, and what holds it back. Each rule can be on or off; one that
 * fires is enough, and the limits hold for all of them together. JSON with snake_case names; {@code
 * docs/retraining.md} has the defaults and their sources.
 *
 * @param enabled false: nothing starts by itself; by hand it goes on
 */
public record RefitRules(
        boolean enabled,
        Time time,
        Performance performance,
        Drift drift,
        Trades trades,
        Limits limits) {

    public RefitRules {
        require(
                time != null
                        && performance != null
                        && drift != null
                        && trades != null
                        && limits != null,
                "time, performance, drift, trades and limits must be given");
    }

    /**
     * Refits by time.
     *
     * @param schedule {@code never}, {@code every 12h}, {@code weekly sunday 03:00}, {@code cron 0
     *     3 * * 0}
     * @param zone of times of day
     */
    public record Time(boolean enabled, String schedule, String zone) {

        public Time {
            require(schedule != null && zone != null, "schedule and zone must be given");
            Schedule.parse(schedule, zone);
        }

        /** The first moment after another one at which a refit is due; empty for never. */
        public Optional<Instant> next(Instant after) {
            return parsed().next(after);
        }

        Schedule parsed() {
            return enabled ? Schedule.parse(schedule, zone) : new Schedule.Never();
        }
    }

    /**
     * Refits because the champion does badly on recent outcomes.
     *
     * @param accuracyThreshold fires below it; null for none
     * @param logLossThreshold fires above it, in nats; null for none
     * @param againstBaseRate fires when the log loss is not below that of the base rates
     * @param worseSignificance fires when the base rates beat the champion, in the loss of moves or
     *     of their direction, with a p-value below it, in (0, 0.5); the refit then learns from the
     *     closes since that began; null for not
     * @param minOutcomes outcomes that the recent window must have
     * @param trendRatio fires when the mean accuracy of the newest three windows is below this
     *     share of what it would be with the lead over the base rates that those before had, given
     *     at least five, and by more than windows differ by; null for not
     */
    public record Performance(
            boolean enabled,
            @Nullable Double accuracyThreshold,
            @Nullable Double logLossThreshold,
            boolean againstBaseRate,
            @Nullable Double worseSignificance,
            int minOutcomes,
            @Nullable Double trendRatio) {

        public Performance {
            require(
                    accuracyThreshold == null || within(accuracyThreshold, 0, 1),
                    "accuracy_threshold must be 0 to 1: " + accuracyThreshold);
            require(
                    logLossThreshold == null || within(logLossThreshold, 0, 100),
                    "log_loss_threshold must be 0 to 100: " + logLossThreshold);
            require(
                    worseSignificance == null || worseSignificance > 0 && worseSignificance < 0.5,
                    "worse_significance must be between 0 and 0.5: " + worseSignificance);
            require(minOutcomes >= 1, "min_outcomes must be at least 1: " + minOutcomes);
            require(
                    trendRatio == null || within(trendRatio, 0, 1),
                    "trend_ratio must be 0 to 1: " + trendRatio);
        }
    }

    /**
     * Refits because the market is not the one that was learnt.
     *
     * @param psi fires when a feature's population stability index is above it
     * @param ksSignificance fires when a feature's Kolmogorov-Smirnov p-value is below this divided
     *     by the number of features (Bonferroni), and its distance above {@code ksDistance}
     * @param ksDistance in [0, 1]: with many rows, which moreover depend on each other, every
     *     p-value is small, so the distance has to matter too
     * @param minRows live rows that a feature must have been compared on
     * @param confirmed what moved in the features counts only while the live loss, too, is not
     *     below that of the base rates; the loss that ADWIN watches needs no confirmation
     * @param lossShift fires when ADWIN has noticed that the live loss has risen
     */
    public record Drift(
            boolean enabled,
            double psi,
            double ksSignificance,
            double ksDistance,
            int minRows,
            boolean confirmed,
            boolean lossShift) {

        public Drift {
            require(psi > 0 && psi <= 100, "psi must be above 0, at most 100: " + psi);
            require(
                    ksSignificance > 0 && ksSignificance < 1,
                    "ks_significance must be between 0 and 1: " + ksSignificance);
            require(within(ksDistance, 0, 1), "ks_distance must be 0 to 1: " + ksDistance);
            require(minRows >= 1, "min_rows must be at least 1: " + minRows);
        }
    }

    /**
     * Refits because traders have reported.
     *
     * @param every so many closed trades
     */
    public record Trades(boolean enabled, int every) {

        public Trades {
            require(every >= 1, "trades.every must be at least 1: " + every);
        }
    }

    /**
     * What holds back whatever fires. A refit asked for by hand is not held back, but counts.
     *
     * @param maxPerDay refits within any 24 hours
     * @param minNewCandles candles of the model's market since the last refit
     * @param cooldown since the last refit began
     * @param maxConsecutiveFailures after so many nothing starts until somebody resumes it
     */
    public record Limits(
            int maxPerDay, int minNewCandles, Duration cooldown, int maxConsecutiveFailures) {

        public Limits {
            require(maxPerDay >= 1, "max_per_day must be at least 1: " + maxPerDay);
            require(
                    maxPerDay <= RefitHistory.MAX_STARTS,
                    "max_per_day must be at most " + RefitHistory.MAX_STARTS + ": " + maxPerDay);
            require(minNewCandles >= 0, "min_new_candles must not be negative: " + minNewCandles);
            require(
                    cooldown != null && !cooldown.isNegative(),
                    "cooldown must not be negative: " + cooldown);
            require(
                    maxConsecutiveFailures >= 1
                            && maxConsecutiveFailures <= RefitHistory.MAX_STARTS,
                    "max_consecutive_failures must be 1 to "
                            + RefitHistory.MAX_STARTS
                            + ": "
                            + maxConsecutiveFailures);
        }
    }

    RefitRules switched(boolean on) {
        return new RefitRules(on, time, performance, drift, trades, limits);
    }

    RefitRules withoutTrades() {
        return new RefitRules(
                enabled, time, performance, drift, new Trades(false, trades.every()), limits);
    }

    RefitRules with(Time other) {
        return new RefitRules(enabled, other, performance, drift, trades, limits);
    }

    RefitRules with(Performance other) {
        return new RefitRules(enabled, time, other, drift, trades, limits);
    }

    RefitRules with(Drift other) {
        return new RefitRules(enabled, time, performance, other, trades, limits);
    }

    RefitRules with(Limits other) {
        return new RefitRules(enabled, time, performance, drift, trades, other);
    }

    private static boolean within(double value, double low, double high) {
        return value >= low && value <= high;
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
