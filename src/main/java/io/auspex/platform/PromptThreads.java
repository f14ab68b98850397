package io.auspex.platform;

import java.util.OptionalInt;

/**
 * Threads that answer requests: they keep their weight and get the shortest slice there is, so that
 * one that wakes up runs at once whatever else runs, of this process or of others, as long as it
 * has had no more than its share (see {@link ThreadScheduling}). They lose nothing by it: slices
 * say how soon a thread runs, weights how much.
 */
public final class PromptThreads {

    private PromptThreads() {}

    /**
     * Makes the calling platform thread such a thread, and none that it starts.
     *
     * @return false where that cannot be had; nothing has changed then
     */
    public static boolean enter() {
        OptionalInt niceness = ThreadScheduling.niceness(ThreadScheduling.SELF);
        return niceness.isPresent()
                && ThreadScheduling.setAlone(
                        ThreadScheduling.SELF,
                        niceness.getAsInt(),
                        ThreadScheduling.SHORTEST_SLICE_NANOS);
    }
}
