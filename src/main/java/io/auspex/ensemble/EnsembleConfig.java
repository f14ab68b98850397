package io.auspex.ensemble;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the ensemble, of what it learns, and of sessions on past candles. */
@ConfigMapping(prefix = "auspex.ensemble")
interface EnsembleConfig {

    /** Whether the members' combined signals are emitted, and the forest is trained. */
    @WithDefault("false")
    boolean enabled();

    /** Whether closed trades that are reported move the weights in force. */
    @WithDefault("false")
    boolean online();

    /** How long a close waits for a member that answers later than at once. */
    @WithDefault("200ms")
    Duration deadline();

    /** How often weights that another process may have changed are asked for, besides its news. */
    @WithDefault("5s")
    Duration poll();

    /** Learning rate of the weights in force; a session states its own. */
    @WithDefault("0.01")
    double learningRate();

    /** What the gain of a profitable trade is multiplied by; a session states its own. */
    @WithDefault("1.5")
    double rewardMultiplier();

    /** The same of a trade with a loss. */
    @WithDefault("0.8")
    double punishmentMultiplier();

    /** Least share of a member that learns. */
    @WithDefault("0.05")
    double floor();

    /** Greatest share of a member that learns. */
    @WithDefault("0.8")
    double cap();

    /** Return of a trade that counts in full, as a fraction; more counts no more. */
    @WithDefault("0.01")
    double fullReturn();

    /** Newest candles, of all symbols together, that the indicator rules are calibrated on. */
    @WithDefault("200000")
    int ruleCandles();

    /** Time of the market after which they are calibrated anew. */
    @WithDefault("7d")
    Duration ruleRefit();

    /** Most days that a session may replay. */
    @WithDefault("366")
    int maxDays();

    /** How often a session that runs keeps where it is. */
    @WithDefault("2s")
    Duration checkpoint();

    /** How long a session stays with a process that says nothing. */
    @WithDefault("30s")
    Duration lease();

    /** Most trades of sessions that one answer of analytics is computed from. */
    @WithDefault("200000")
    int analyticsTrades();

    /** The rule by which the weights in force learn. */
    default LearningRule learning() {
        return learning(learningRate(), rewardMultiplier(), punishmentMultiplier());
    }

    /** The rule with what a session states. */
    default LearningRule learning(double rate, double reward, double punishment) {
        return new LearningRule(rate, reward, punishment, floor(), cap(), fullReturn());
    }
}
