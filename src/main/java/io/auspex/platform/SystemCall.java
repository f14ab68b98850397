package io.auspex.platform;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * What is asked of Linux directly, because neither Java nor its C library has it everywhere: by its
 * number on the machine, from {@code asm/unistd_64.h} and {@code asm-generic/unistd.h}.
 */
enum SystemCall {
    SCHED_SETATTR(314, 274),
    SCHED_GETATTR(315, 275),
    SCHED_SETAFFINITY(203, 122),
    SCHED_GETAFFINITY(204, 123);

    /** What the C library returns for a call that failed; the same where there is no such call. */
    static final long FAILED = -1;

    private final long onX86;
    private final long onArm;

    SystemCall(long onX86, long onArm) {
        this.onX86 = onX86;
        this.onArm = onArm;
    }

    /**
     * @param thread its number in the kernel, or 0 for the calling one
     * @param second and what follows: numbers, or addresses of native memory
     * @return {@link #FAILED} or what the call says
     */
    @SuppressWarnings("restricted") // the launcher and the manifest enable native access
    long on(long thread, long second, long third, long fourth) {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return FAILED;
        }
        long number =
                switch (System.getProperty("os.arch", "").toLowerCase(Locale.ROOT)) {
                    case "amd64", "x86_64" -> onX86;
                    case "aarch64" -> onArm;
                    default -> FAILED;
                };
        if (number == FAILED) {
            return FAILED;
        }
        try {
            Linker linker = Linker.nativeLinker();
            MethodHandle call =
                    linker.downcallHandle(
                            linker.defaultLookup().findOrThrow("syscall"),
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_LONG),
                            Linker.Option.firstVariadicArg(1));
            return (long)
                    call.invokeExact(
                            number, thread, MemorySegment.ofAddress(second), third, fourth);
        } catch (Throwable unavailable) {
            // Not everywhere is there a linker, or this call.
            return FAILED;
        }
    }
}
