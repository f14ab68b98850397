package io.auspex.platform;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * What Java's compilers may have of a processor that requests want: a quarter while nothing is
 * compiled, a tenth after a minute, and next to nothing once they need no more than that: what they
 * compile then is what swaps and refits run, and no request gets quicker for it. A weight can only
 * fall: to raise one takes a right that a service should not have.
 *
 * <p>Where the processor has room they have what they ask for, whatever they weigh.
 */
final class CompilerWeight {

    /** A quarter of a processor that is wanted by one other thread. */
    static final int AT_START = 5;

    /** A tenth of it. */
    static final int LATER = 10;

    /** A seventieth of it. */
    static final int WARM = 19;

    /** How long {@link #AT_START} lasts. */
    static final Duration START = Duration.ofMinutes(1);

    /** Over how long it is looked at what they need. */
    static final Duration LOOK = Duration.ofSeconds(30);

    /** They need no more than this share of a processor: warm. */
    private static final double FEW = 0.03;

    private OptionalLong lastNanos = OptionalLong.empty();

    /**
     * They have {@link #LATER} now, and another {@link #LOOK} is over.
     *
     * @param ranNanos how long they have run so far; empty where nobody knows
     * @return whether they are warm
     */
    boolean isWarm(OptionalLong ranNanos) {
        boolean warm = false;
        if (lastNanos.isPresent() && ranNanos.isPresent()) {
            long ran = ranNanos.getAsLong() - lastNanos.getAsLong();
            // Less than before: one of them has ended, and nobody knows what the others did.
            warm = ran >= 0 && ran <= FEW * LOOK.toNanos();
        }
        lastNanos = ranNanos;
        return warm;
    }
}
