package io.auspex.serving;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * What this process has asked the C library for and not given back: mallinfo(3). Java's heap is not
 * in it; ONNX Runtime's sessions, tensors and the memory that they lie on are, and so is what
 * Java's compilers use while they work.
 */
final class NativeHeap {

    private static final long LOOKS = 20;
    private static final long PAUSE_MILLIS = 20;

    /** Ten numbers of which two count: allocated blocks, and blocks of their own mappings. */
    private static final StructLayout MALLINFO2 = layout();

    private NativeHeap() {}

    /** Whether this C library tells. */
    static boolean isKnown() {
        return Linker.nativeLinker().defaultLookup().find("mallinfo2").isPresent();
    }

    /** The least of some looks, since compilers come and go. */
    static long bytesInUse() throws InterruptedException {
        MethodHandle mallinfo2 =
                Linker.nativeLinker()
                        .downcallHandle(
                                Linker.nativeLinker()
                                        .defaultLookup()
                                        .find("mallinfo2")
                                        .orElseThrow(),
                                FunctionDescriptor.of(MALLINFO2));
        long least = Long.MAX_VALUE;
        for (int i = 0; i < LOOKS; i++) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment info =
                        (MemorySegment) mallinfo2.invokeExact((SegmentAllocator) arena);
                least = Math.min(least, number(info, "uordblks") + number(info, "hblkhd"));
            } catch (Throwable failed) {
                throw new AssertionError(failed);
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        return least;
    }

    private static long number(MemorySegment info, String name) {
        return info.get(
                ValueLayout.JAVA_LONG,
                MALLINFO2.byteOffset(MemoryLayout.PathElement.groupElement(name)));
    }

    private static StructLayout layout() {
        String[] names = {
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost"
        };
        ValueLayout.OfLong[] numbers = new ValueLayout.OfLong[names.length];
        for (int i = 0; i < names.length; i++) {
            numbers[i] = ValueLayout.JAVA_LONG.withName(names[i]);
        }
        return MemoryLayout.structLayout(numbers);
    }
}
