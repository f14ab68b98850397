package io.auspex.bench;

import org.jspecify.annotations.Nullable;

/**
 * One line of JSON to a {@link StreamLoad}: what it is to do next.
 *
 * @param stalled how many of the connections never read, until they are told to
 * @param subscribe what every connection says first; null for nothing
 */
record StreamJob(
        Order order,
        int port,
        @Nullable String path,
        int connections,
        int stalled,
        @Nullable String subscribe) {

    /** What to do. */
    enum Order {
        /** Connect all, and answer when all that read have heard something. */
        OPEN,
        /** Count from now on. */
        BEGIN,
        /** Answer with what was counted. */
        END,
        /** Let the stalled ones read what is left, and answer with their close codes. */
        READ_STALLED,
        /** Leave. */
        CLOSE
    }

    static StreamJob of(Order order) {
        return new StreamJob(order, 0, null, 0, 0, null);
    }
}
