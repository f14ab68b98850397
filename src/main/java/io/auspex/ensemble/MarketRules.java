package io.auspex.ensemble;

import io.auspex.market.Timeframe;
import org.jspecify.annotations.Nullable;

/**
 * The indicator rules of the market that runs.
 *
 * @param calibration null while there is none
 */
record MarketRules(
        String feed, Timeframe base, IndicatorRules rules, @Nullable RuleCalibration calibration) {

    MarketRules with(@Nullable RuleCalibration other) {
        return new MarketRules(feed, base, rules, other);
    }
}
