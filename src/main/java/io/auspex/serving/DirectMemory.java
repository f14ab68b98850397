package io.auspex.serving;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Direct float buffers, lent and taken back. The collector frees direct memory late; versions of
 * one model want the same sizes, so what the old one leaves serves the new one, and a thousand
 * swaps need no more memory than two. Thread-safe.
 */
final class DirectMemory {

    /** Buffers kept of one size. */
    private static final int MAX_KEPT = 32;

    /** Sizes kept: four models of one-row and batch buffers, input and output each. */
    private static final int MAX_SIZES = 16;

    private final Map<Integer, BlockingQueue<FloatBuffer>> kept = new ConcurrentHashMap<>();

    /** A buffer in native byte order of exactly that many floats; its contents are undefined. */
    FloatBuffer take(int floats) {
        BlockingQueue<FloatBuffer> queue = kept.get(floats);
        FloatBuffer buffer = queue == null ? null : queue.poll();
        return buffer == null ? allocate(floats) : buffer.clear();
    }

    /** Takes a buffer back. Nothing native may refer to it any more. */
    void give(FloatBuffer buffer) {
        BlockingQueue<FloatBuffer> queue = kept.get(buffer.capacity());
        if (queue == null && kept.size() < MAX_SIZES) {
            queue =
                    kept.computeIfAbsent(
                            buffer.capacity(), floats -> new ArrayBlockingQueue<>(MAX_KEPT));
        }
        if (queue != null) {
            // Left to the collector when enough are kept.
            boolean _ = queue.offer(buffer);
        }
    }

    private static FloatBuffer allocate(int floats) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(floats, Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
