package io.auspex.feedback;

import java.time.Instant;

/**
 * The live loss, or that of the direction less that of the base rates, has changed, says ADWIN.
 *
 * @param at close time of the outcome at which it was noticed
 * @param before mean loss before, in nats
 * @param after mean loss since
 * @param outcomes outcomes that the mean since is of
 * @param delta the chance of a false alarm that was allowed, per test
 */
public record LossShift(Instant at, double before, double after, long outcomes, double delta) {}
