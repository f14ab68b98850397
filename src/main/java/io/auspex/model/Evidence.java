package io.auspex.model;

import org.jspecify.annotations.Nullable;

/**
 * What speaks for a model out of sample. Both tests are needed: noise whose volatility clusters
 * makes moves predictable, and a forecast of volatility alone is no trading signal. A trade-outcome
 * model forecasts nothing but whether the trade pays, so that there is one test.
 *
 * @param move log loss of {@code p_up} plus that of {@code p_down}, over all rows; of a
 *     trade-outcome model the log loss of {@code p_profit}
 * @param direction log loss of {@code p_up / (p_up + p_down)}, over rows where the price moved
 *     beyond a threshold; null for a trade-outcome model
 */
public record Evidence(LossTest move, @Nullable LossTest direction) {

    /** Whether all tests that there are pass. */
    public boolean passes(double significance) {
        return move.passes(significance) && (direction == null || direction.passes(significance));
    }
}
