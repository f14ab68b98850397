package io.auspex.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.OptionalInt;

/**
 * How Linux shares a processor between the threads of this process, by {@code sched_setattr}: a
 * weight, as a nice value, and a slice. Since Linux 6.6 (EEVDF) a thread that runs may finish its
 * slice, 1.4 to 4 ms, whatever its weight; since 6.12 a slice can be set for each thread, from 0.1
 * ms, and whoever wakes up with a shorter one than the thread that runs does not wait for the end
 * of that, as long as it has had no more than its share. Elsewhere, and on older kernels, nothing
 * of that is to be had, which is said and does no harm.
 */
final class ThreadScheduling {

    /** The calling platform thread. */
    static final long SELF = 0;

    /** The shortest slice that the kernel keeps. */
    static final long SHORTEST_SLICE_NANOS = 100_000;

    private static final MemoryLayout ATTRIBUTES =
            MemoryLayout.structLayout(
                    ValueLayout.JAVA_INT.withName("size"),
                    ValueLayout.JAVA_INT.withName("sched_policy"),
                    ValueLayout.JAVA_LONG.withName("sched_flags"),
                    ValueLayout.JAVA_INT.withName("sched_nice"),
                    ValueLayout.JAVA_INT.withName("sched_priority"),
                    ValueLayout.JAVA_LONG.withName("sched_runtime"),
                    ValueLayout.JAVA_LONG.withName("sched_deadline"),
                    ValueLayout.JAVA_LONG.withName("sched_period"));

    private static final long POLICY_OFFSET = 4;
    private static final long FLAGS_OFFSET = 8;
    private static final long NICE_OFFSET = 16;
    private static final long RUNTIME_OFFSET = 24;
    private static final int SCHED_OTHER = 0;
    private static final int SCHED_IDLE = 5;
    private static final long RESET_ON_FORK = 1;

    private ThreadScheduling() {}

    /**
     * Gives a thread a weight and a slice, which the native threads that it starts take over.
     *
     * @param thread its number in the kernel, or {@link #SELF}
     * @param niceness 0 to 19; less than it has takes rights that a service should not have
     * @return false where that cannot be had; nothing has changed then
     */
    static boolean set(long thread, int niceness, long sliceNanos) {
        return set(thread, SCHED_OTHER, niceness, sliceNanos, 0);
    }

    /**
     * Gives a thread, and those that it starts, what no other thread wants, and a processor that
     * runs only such threads counts as free for all others. There is no way back without rights
     * that a service should not have.
     *
     * @return false where that cannot be had; nothing has changed then
     */
    static boolean setIdle(long thread, int niceness) {
        return set(thread, SCHED_IDLE, niceness, 0, 0);
    }

    /**
     * As {@link #set}, but for this thread alone: those that it starts are ordinary ones. A thread
     * of a pool is started by whoever brings it work, also by an event loop.
     */
    static boolean setAlone(long thread, int niceness, long sliceNanos) {
        return set(thread, SCHED_OTHER, niceness, sliceNanos, RESET_ON_FORK);
    }

    private static boolean set(long thread, int policy, int niceness, long sliceNanos, long flags) {
        try (Arena arena = Arena.ofConfined()) {
            // All zeros but these.
            MemorySegment attributes = arena.allocate(ATTRIBUTES);
            attributes.set(ValueLayout.JAVA_INT, 0, (int) ATTRIBUTES.byteSize());
            attributes.set(ValueLayout.JAVA_INT, POLICY_OFFSET, policy);
            attributes.set(ValueLayout.JAVA_LONG, FLAGS_OFFSET, flags);
            attributes.set(ValueLayout.JAVA_INT, NICE_OFFSET, niceness);
            attributes.set(ValueLayout.JAVA_LONG, RUNTIME_OFFSET, sliceNanos);
            return SystemCall.SCHED_SETATTR.on(thread, attributes.address(), 0, 0) == 0;
        }
    }

    /** The nice value of an ordinary thread; empty where it cannot be had, or is of no meaning. */
    static OptionalInt niceness(long thread) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(ATTRIBUTES);
            long size = ATTRIBUTES.byteSize();
            boolean read =
                    SystemCall.SCHED_GETATTR.on(thread, attributes.address(), size, 0) == 0
                            && attributes.get(ValueLayout.JAVA_INT, POLICY_OFFSET) == SCHED_OTHER;
            return read
                    ? OptionalInt.of(attributes.get(ValueLayout.JAVA_INT, NICE_OFFSET))
                    : OptionalInt.empty();
        }
    }
}
