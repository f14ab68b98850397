package io.auspex.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.ThreadFactory;

/**
 * Threads for work that must not delay requests: a low weight, and a slice of a tenth of a
 * millisecond instead of several. The weight alone is not enough: Linux lets a thread that runs
 * finish its slice whatever its weight, so that a request that arrives waits for milliseconds
 * (EEVDF; the slice can be set since Linux 6.12, older kernels preempt by weight). {@code
 * SCHED_IDLE} would give way at once, but gets next to nothing on a machine that is full: a swap
 * would never end there. Where the kernel refuses, they are ordinary threads.
 *
 * <p>They should hold no lock for long that a thread of a request may want.
 */
public final class BackgroundThreads {

    /** About 3 % of a processor that is wanted by one other thread. */
    private static final int NICENESS = 15;

    private static final long SLICE_NANOS = 100_000;

    /** {@code sched_setattr}: asm/unistd_64.h, asm-generic/unistd.h. */
    private static final long X86_64_CALL = 314;

    private static final long AARCH64_CALL = 274;

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

    private static final long NICE_OFFSET = 16;
    private static final long RUNTIME_OFFSET = 24;

    private BackgroundThreads() {}

    /** Daemon platform threads called {@code <prefix>0}, {@code <prefix>1}, .. */
    public static ThreadFactory factory(String prefix) {
        ThreadFactory platform = Thread.ofPlatform().daemon().name(prefix, 0).factory();
        return work ->
                platform.newThread(() -> {
                    boolean _ = enter(NICENESS);
                    work.run();
                });
    }

    /**
     * Makes the calling platform thread, and the native ones that it starts from now on, one of the
     * background. There is no way back.
     *
     * @param niceness 1 to 19
     * @return false where that cannot be had; nothing has changed then
     */
    @SuppressWarnings("restricted") // the launcher and the manifest enable native access
    public static boolean enter(int niceness) {
        long call = call();
        if (call < 0) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            Linker linker = Linker.nativeLinker();
            MethodHandle systemCall =
                    linker.downcallHandle(
                            linker.defaultLookup().findOrThrow("syscall"),
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.JAVA_LONG),
                            Linker.Option.firstVariadicArg(1));
            // All zeros but these: SCHED_OTHER, no flags.
            MemorySegment attributes = arena.allocate(ATTRIBUTES);
            attributes.set(ValueLayout.JAVA_INT, 0, (int) ATTRIBUTES.byteSize());
            attributes.set(ValueLayout.JAVA_INT, NICE_OFFSET, niceness);
            attributes.set(ValueLayout.JAVA_LONG, RUNTIME_OFFSET, SLICE_NANOS);
            // Thread 0 is the calling one.
            return (long) systemCall.invokeExact(call, 0L, attributes, 0L) == 0;
        } catch (Throwable unavailable) {
            // Not everywhere is there a linker, or this call: it is a courtesy, not a condition.
            return false;
        }
    }

    private static long call() {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return -1;
        }
        return switch (System.getProperty("os.arch", "")) {
            case "amd64", "x86_64" -> X86_64_CALL;
            case "aarch64" -> AARCH64_CALL;
            default -> -1;
        };
    }
}
