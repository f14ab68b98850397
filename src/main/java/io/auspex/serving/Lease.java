package io.auspex.serving;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The right to use one version until it is given back: the version stays open as long, however
 * often it is replaced meanwhile. Close it soon, and in any case: {@code try (Lease lease = ..)}.
 */
public final class Lease implements AutoCloseable {

    private final ServingModel model;
    private final AtomicBoolean givenBack = new AtomicBoolean();

    /** Takes over one entered reader of the model. */
    Lease(ServingModel model) {
        this.model = model;
    }

    /**
     * The leased version.
     *
     * @throws IllegalStateException when the lease was given back
     */
    public ServingModel model() {
        if (givenBack.get()) {
            throw new IllegalStateException("the lease of " + model + " was given back");
        }
        return model;
    }

    /** Gives the version back; a second time does nothing. */
    @Override
    public void close() {
        if (givenBack.compareAndSet(false, true)) {
            model.leave();
        }
    }
}
