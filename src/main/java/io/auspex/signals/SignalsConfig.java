package io.auspex.signals;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the decision and of the ledger. */
@ConfigMapping(prefix = "auspex.signals")
interface SignalsConfig {

    /** How much likelier one side must be than the other: a difference of probabilities. */
    @WithDefault("0.08")
    double minimumEdge();

    /** Cost of entering and leaving, as a fraction of the price. */
    @WithDefault("0.001")
    double roundTripFee();

    /** What the expected return must leave after the fees, as a fraction. */
    @WithDefault("0")
    double minimumNetReturn();

    /** Highest probability of the stop at which a BUY is allowed. */
    @WithDefault("0.10")
    double maximumStopProbability();

    /** How often an append is tried before its signals go to the spool. */
    @WithDefault("3")
    int appendAttempts();

    /** Wait after the first failed append; doubled after each further one. */
    @WithDefault("100ms")
    Duration appendBackoff();

    /** How long the attempts of one append may take together. */
    @WithDefault("2s")
    Duration appendTimeout();

    /** Most signals that wait on disk while the database is away; then the feed waits. */
    @WithDefault("200000")
    int spool();

    /** Closes that were missed longer ago than this are not recorded as missed. */
    @WithDefault("7d")
    Duration missedWithin();

    /** Replays that run at the same time. */
    @WithDefault("1")
    int replays();

    /** Replays that may wait for one that runs. */
    @WithDefault("16")
    int replaysWaiting();

    /** Exports that run at the same time. */
    @WithDefault("2")
    int exports();

    /** Until when a signal may be traded: so many candles of its timeframe after its close. */
    @WithDefault("1")
    double expiresAfter();

    default Expiry expiry() {
        return new Expiry(expiresAfter());
    }

    default DecisionRule rule() {
        return new DecisionRule(
                minimumEdge(), roundTripFee(), minimumNetReturn(), maximumStopProbability());
    }
}
