package io.auspex.feedback;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Settings of the live side: how much is remembered, and when a guard holds signals back. */
@ConfigMapping(prefix = "auspex.feedback")
interface FeedbackConfig {

    /** Newest outcomes that the recent figures and the guard of coverage are about. */
    @WithDefault("500")
    int recent();

    /** Outcomes of a whole window. */
    @WithDefault("500")
    int window();

    /** Whole windows remembered of a champion. */
    @WithDefault("30")
    int windows();

    /** Horizons back to which a champion is tested against the base rates. */
    @WithDefault("36")
    int testedHorizons();

    /** Chance of a false alarm that ADWIN is allowed, per test. */
    @WithDefault("0.002")
    double delta();

    /** Symbols of a close that take part in the comparison with training; they take turns. */
    @WithDefault("8")
    int driftSymbols();

    /** Closes between two comparisons. */
    @WithDefault("50")
    int driftEvery();

    /** Standard errors by which the coverage may leave its level before signals abstain. */
    @WithDefault("4.5")
    double coverageErrors();

    /** How far beyond what training saw a feature may be, in spreads of what training saw. */
    @WithDefault("0.25")
    double rangeMargin();

    /** Share of the features that may be farther out before a signal abstains. */
    @WithDefault("0.02")
    double rangeShare();
}
