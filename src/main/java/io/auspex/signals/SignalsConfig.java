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

    /** How often an append is tried before its close is skipped. */
    @WithDefault("5")
    int appendAttempts();

    /** Wait after the first failed append; doubled after each further one. */
    @WithDefault("100ms")
    Duration appendBackoff();

    /** How long one append may take. */
    @WithDefault("5s")
    Duration appendTimeout();

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
