package io.auspex.registry;

import io.auspex.platform.Failure;
import io.auspex.platform.Failure.Category;

/**
 * What people have set for a model, beside its specification.
 *
 * @param refitEnabled false for a frozen model: it serves as it is, is never trained again and
 *     never expires
 * @param shadowCloses live closes that a gated candidate runs beside the champion before it may
 *     take over; 0 for none, at most {@value #MAX_SHADOW_CLOSES}
 * @param challengerShare of the keys of requests that a challenger answers while it runs in the
 *     shadow, 0 to 1
 */
public record ModelPolicy(boolean refitEnabled, int shadowCloses, double challengerShare) {

    /** The longest shadow. */
    public static final int MAX_SHADOW_CLOSES = 100_000;

    /** Of a model about which nobody has said anything. */
    public static final ModelPolicy STANDARD = new ModelPolicy(true, 0, 0);

    public ModelPolicy {
        if (shadowCloses < 0 || shadowCloses > MAX_SHADOW_CLOSES) {
            throw new Failure(
                    Category.INVALID,
                    "invalid-field",
                    "closes must be 0 to " + MAX_SHADOW_CLOSES + ": " + shadowCloses);
        }
        if (!(challengerShare >= 0 && challengerShare <= 1)) {
            throw new Failure(
                    Category.INVALID,
                    "invalid-field",
                    "share must be from 0 to 1: " + challengerShare);
        }
    }
}
