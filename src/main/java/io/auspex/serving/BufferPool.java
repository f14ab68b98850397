package io.auspex.serving;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Buffer sets that wait for a run. Each set belongs to one thread from {@link #take} to {@link
 * #give}, and nothing in between blocks or parks, so that at most as many sets are out as platform
 * threads run: event loops, workers and the carriers of virtual threads.
 *
 * <p>A pool, not a {@code ThreadLocal}: a virtual thread would make a set per request and never
 * give it back, and a model that closes must find every set it has to free. A thread looks first at
 * the place it used the last time, so that an event loop in practice keeps its own set. Lock-free.
 */
final class BufferPool implements AutoCloseable {

    /** Apart by a cache line or more, so that neighbours do not slow each other down. */
    private static final int STRIDE = 16;

    private final Supplier<InferenceBuffers> source;
    private final int places;
    private final AtomicReferenceArray<@Nullable InferenceBuffers> idle;

    /**
     * @param places most sets kept while idle, a power of two; a set given back beyond that is
     *     freed
     */
    BufferPool(int places, Supplier<InferenceBuffers> source) {
        if (Integer.bitCount(places) != 1) {
            throw new IllegalArgumentException("places must be a power of two: " + places);
        }
        this.source = source;
        this.places = places;
        this.idle = new AtomicReferenceArray<>(places * STRIDE);
    }

    InferenceBuffers take() {
        int first = home();
        for (int i = 0; i < places; i++) {
            int place = ((first + i) & (places - 1)) * STRIDE;
            InferenceBuffers buffers = idle.getPlain(place);
            if (buffers != null && idle.compareAndSet(place, buffers, null)) {
                return buffers;
            }
        }
        return source.get();
    }

    void give(InferenceBuffers buffers) {
        int first = home();
        for (int i = 0; i < places; i++) {
            int place = ((first + i) & (places - 1)) * STRIDE;
            if (idle.getPlain(place) == null && idle.compareAndSet(place, null, buffers)) {
                return;
            }
        }
        buffers.close();
    }

    /** Frees every idle set. Nothing may be out any more. */
    @Override
    public void close() {
        List<InferenceBuffers> all = new ArrayList<>();
        for (int i = 0; i < places; i++) {
            InferenceBuffers buffers = idle.getAndSet(i * STRIDE, null);
            if (buffers != null) {
                all.add(buffers);
            }
        }
        all.forEach(InferenceBuffers::close);
    }

    /** Where this thread looks first; a virtual thread's changes with every request, harmlessly. */
    private int home() {
        long id = Thread.currentThread().threadId();
        return (int) (id ^ (id >>> 5)) & (places - 1);
    }
}
