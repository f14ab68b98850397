package io.auspex.serving;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Where a model serves from: one reference that changes at once for everybody, and at most two live
 * sessions, the one that serves and either its successor or its predecessor.
 *
 * <pre>
 *   admit ──> load, warm up, test ──> publish ──> the old one drains ──> its place is free again
 *     └── a place of {@value #MAX_LIVE}         └── readers of the old one finish undisturbed
 * </pre>
 */
final class ModelSlot {

    /** Sessions of one model that may hold native memory at the same time. */
    static final int MAX_LIVE = 2;

    private final Places places;
    private final AtomicReference<@Nullable ServingModel> current = new AtomicReference<>();

    /**
     * @param closer where sessions are closed; never an event loop
     */
    ModelSlot(Executor closer) {
        this(new Places(MAX_LIVE, closer));
    }

    /** A slot whose sessions share their places with others. */
    ModelSlot(Places places) {
        this.places = places;
    }

    /**
     * The version that serves, kept open until the lease is given back. Never blocks: it tries
     * again only when a newer version was published in between, and that one is open.
     */
    Optional<Lease> acquire() {
        ServingModel model = current.get();
        while (model != null && !model.tryEnter()) {
            model = current.get();
        }
        return Optional.ofNullable(model).map(Lease::new);
    }

    /**
     * Makes room for one more session: waits until there are fewer than {@value #MAX_LIVE}.
     *
     * @param patience how long readers of the one before the last may take to leave
     * @return false when they took longer
     */
    boolean admit(Duration patience) throws InterruptedException {
        return places.admit(patience);
    }

    /** Gives back a place whose session was never made. */
    void dismiss() {
        places.dismiss();
    }

    /** Runs what closes an admitted session, and gives its place back. */
    void close(Runnable closing) {
        places.close(closing);
    }

    /** From now on everybody gets this one; the one before closes after its last reader. */
    void publish(ServingModel admitted) {
        retire(current.getAndSet(admitted));
    }

    /** Serves nothing from now on. */
    void clear() {
        retire(current.getAndSet(null));
    }

    /** The version that serves now; not kept open. */
    Optional<ServingModel> serving() {
        return Optional.ofNullable(current.get());
    }

    /** Sessions that hold native memory: 0 to {@value #MAX_LIVE}. */
    int liveSessions() {
        return places.taken();
    }

    private void retire(@Nullable ServingModel old) {
        if (old != null) {
            old.retire();
        }
    }
}
