package io.auspex.model;

/**
 * What speaks for a model out of sample. Both tests are needed: noise whose volatility clusters
 * makes moves predictable, and a forecast of volatility alone is no trading signal.
 *
 * @param move log loss of {@code p_up} plus that of {@code p_down}, over all rows
 * @param direction log loss of {@code p_up / (p_up + p_down)}, over rows where the price moved
 *     beyond a threshold
 */
public record Evidence(LossTest move, LossTest direction) {

    /** Whether both tests pass. */
    public boolean passes(double significance) {
        return move.passes(significance) && direction.passes(significance);
    }
}
