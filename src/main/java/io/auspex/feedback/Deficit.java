package io.auspex.feedback;

import io.auspex.model.LossTest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a champion stands against the base rates over its newest closes.
 *
 * @param outcomes that the means are of
 * @param loss mean log loss, in nats
 * @param baseLoss the same for the base rates of the training window
 * @param test that the base rates lose less: a small p-value says that the champion is worse than
 *     no model, by more than chance
 * @param since the likeliest moment from which on models of this market do, which may be before the
 *     champion took over; null unless it loses more
 */
public record Deficit(
        long outcomes, double loss, double baseLoss, LossTest test, @Nullable Instant since) {

    public Deficit {
        if (outcomes < 1) {
            throw new IllegalArgumentException("a deficit is of outcomes: " + outcomes);
        }
    }
}
