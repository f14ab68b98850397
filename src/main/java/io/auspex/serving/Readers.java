package io.auspex.serving;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts who still reads something that must not be closed under them. Lock-free; nobody waits.
 *
 * <p>One integer: the sign bit says retired, the rest is the count. Whoever brings it to retired
 * and zero, and only they, is told so.
 */
final class Readers {

    private static final int RETIRED = Integer.MIN_VALUE;

    private final AtomicInteger state = new AtomicInteger();

    /** Counts one more reader, unless it has been retired. */
    boolean enter() {
        int present = state.get();
        while (present >= 0) {
            int witness = state.compareAndExchange(present, present + 1);
            if (witness == present) {
                return true;
            }
            present = witness;
        }
        return false;
    }

    /**
     * Counts one more reader of something that is read already, retired or not: whoever has it
     * leased may go on using it. False only when nobody is left inside something retired.
     */
    boolean stay() {
        int present = state.get();
        while (present != RETIRED) {
            int witness = state.compareAndExchange(present, present + 1);
            if (witness == present) {
                return true;
            }
            present = witness;
        }
        return false;
    }

    /** Counts one reader less; true when it was the last one of something retired. */
    boolean leave() {
        int left = state.decrementAndGet();
        if (left == -1 || left == Integer.MAX_VALUE) {
            throw new IllegalStateException("left more often than entered");
        }
        return left == RETIRED;
    }

    /** Lets nobody in any more; true when nobody is inside. Only the first call counts. */
    boolean retire() {
        return state.getAndUpdate(present -> present | RETIRED) == 0;
    }

    /** Whether nobody gets in any more. */
    boolean isRetired() {
        return state.get() < 0;
    }

    /** How many are inside. */
    int count() {
        return state.get() & ~RETIRED;
    }
}
