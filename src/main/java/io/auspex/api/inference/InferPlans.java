package io.auspex.api.inference;

import io.auspex.serving.ServingModel;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The plans of late: a few, the oldest goes. Any number of threads. */
@ApplicationScoped
class InferPlans {

    /** Different heads that are known at a time; a power of two. */
    static final int SIZE = 16;

    private final AtomicReferenceArray<@Nullable InferPlan> plans =
            new AtomicReferenceArray<>(SIZE);
    private final AtomicInteger next = new AtomicInteger();

    /** The plan that fits a request to a version; null when there is none. */
    @Nullable InferPlan of(ServingModel model, InferBody body) {
        for (int i = 0; i < SIZE; i++) {
            InferPlan plan = plans.getAcquire(i);
            if (plan != null && plan.fits(model, body)) {
                return plan;
            }
        }
        return null;
    }

    /** Two threads may learn the same: the second copy only takes a place. */
    void learn(InferPlan plan) {
        plans.setRelease(next.getAndIncrement() & (SIZE - 1), plan);
    }
}
