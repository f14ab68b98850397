package io.auspex.triggers;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** When models are refitted, unless a model has rules of its own. */
@ConfigMapping(prefix = "auspex")
interface TriggersConfig {

    /** Refits. */
    Refits refit();

    /** The trainer of all models. */
    Trainer trainer();

    /** The trainer of all models. */
    interface Trainer {

        /** How often decisions are looked at when no close comes, and other processes' news. */
        @WithDefault("30s")
        Duration checkEvery();

        /** How often a feed that can fetches what it has missed. */
        @WithDefault("24h")
        Duration refreshEvery();

        /** After a refresh that failed; twice that after the next failure, and so on. */
        @WithDefault("15m")
        Duration retryAfter();
    }

    /** Refits. */
    interface Refits {

        /** The rules of a model that has none of its own. */
        Rules rules();
    }

    /** The rules of a model that has none of its own. */
    interface Rules {

        /** Whether models are refitted by themselves. */
        @WithDefault("true")
        boolean enabled();

        /** By time: never, every 12h, weekly sunday 03:00, or cron 0 3 * * 0. */
        @WithDefault("weekly sunday 03:00")
        String schedule();

        /** The zone of the schedule. */
        @WithDefault("UTC")
        String zone();

        /** Whether doing badly starts a refit. */
        @WithDefault("true")
        boolean performance();

        /** Live accuracy below which a refit starts. */
        OptionalDouble accuracyThreshold();

        /** Live log loss above which a refit starts, in nats. */
        OptionalDouble logLossThreshold();

        /** Whether a live log loss that is not below the base rates' starts a refit. */
        @WithDefault("true")
        boolean againstBaseRate();

        /** Significance of the tests that the champion is worse than the base rates. */
        @WithDefault("0.01")
        OptionalDouble worseSignificance();

        /** Outcomes that the recent window must have. */
        @WithDefault("200")
        int minOutcomes();

        /** Share of the earlier accuracy below which that of the last three windows must not be. */
        @WithDefault("0.95")
        double trendRatio();

        /** Whether a market that has moved away starts a refit. */
        @WithDefault("true")
        boolean drift();

        /** Population stability index above which a refit starts. */
        @WithDefault("0.25")
        double psi();

        /** Significance of the Kolmogorov-Smirnov test for all features together. */
        @WithDefault("0.01")
        double ksSignificance();

        /** Kolmogorov-Smirnov distance that there must be as well. */
        @WithDefault("0.2")
        double ksDistance();

        /** Live rows that drift must have been measured on. */
        @WithDefault("500")
        int driftRows();

        /**
         * Whether drift of features counts only while the live loss is not below the base rates'.
         */
        @WithDefault("true")
        boolean driftConfirmed();

        /** Whether a rise of the live loss that ADWIN notices starts a refit. */
        @WithDefault("true")
        boolean lossShift();

        /** Whether closed trades start a refit, of models that learn from them. */
        @WithDefault("true")
        boolean trades();

        /** So many of them. */
        @WithDefault("10")
        int everyTrades();

        /** Most refits within 24 hours. */
        @WithDefault("3")
        int maxPerDay();

        /** Candles of the market since the last refit. */
        @WithDefault("1000")
        int minNewCandles();

        /** Time since the last refit began. */
        @WithDefault("6h")
        Duration cooldown();

        /** Failures in a row after which automatic refits stop. */
        @WithDefault("3")
        int maxFailures();
    }

    /**
     * The rules as a record.
     *
     * @throws IllegalArgumentException when they make none
     */
    static RefitRules rules(Rules config) {
        return new RefitRules(
                config.enabled(),
                new RefitRules.Time(true, config.schedule(), config.zone()),
                new RefitRules.Performance(
                        config.performance(),
                        orNull(config.accuracyThreshold()),
                        orNull(config.logLossThreshold()),
                        config.againstBaseRate(),
                        orNull(config.worseSignificance()),
                        config.minOutcomes(),
                        config.trendRatio()),
                new RefitRules.Drift(
                        config.drift(),
                        config.psi(),
                        config.ksSignificance(),
                        config.ksDistance(),
                        config.driftRows(),
                        config.driftConfirmed(),
                        config.lossShift()),
                new RefitRules.Trades(config.trades(), config.everyTrades()),
                new RefitRules.Limits(
                        config.maxPerDay(),
                        config.minNewCandles(),
                        config.cooldown(),
                        config.maxFailures()));
    }

    private static @Nullable Double orNull(OptionalDouble value) {
        return value.isPresent() ? (Double) value.getAsDouble() : null;
    }
}
