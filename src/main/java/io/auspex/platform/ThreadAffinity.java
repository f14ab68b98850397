package io.auspex.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

/** Which processors a thread of this process may run on: {@code sched_setaffinity}. */
final class ThreadAffinity {

    /** Room for 8,192 processors, as many as Linux can have. */
    private static final long MASK_BYTES = 1024;

    private ThreadAffinity() {}

    /**
     * Numbers of the processors; none where this system does not say, or for a thread that ended.
     *
     * @param thread its number in the kernel, or {@link ThreadScheduling#SELF}
     */
    static BitSet of(long thread) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_BYTES, Long.BYTES);
            long bytes = SystemCall.SCHED_GETAFFINITY.on(thread, MASK_BYTES, mask.address(), 0);
            return bytes > 0
                    ? BitSet.valueOf(mask.asSlice(0, bytes).toArray(ValueLayout.JAVA_LONG))
                    : new BitSet();
        }
    }

    /**
     * From now on, also for what it starts.
     *
     * @return false where that cannot be had; nothing has changed then
     */
    static boolean set(long thread, BitSet processors) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_BYTES, Long.BYTES);
            mask.copyFrom(MemorySegment.ofArray(processors.toLongArray()));
            return SystemCall.SCHED_SETAFFINITY.on(thread, MASK_BYTES, mask.address(), 0) == 0;
        }
    }
}
