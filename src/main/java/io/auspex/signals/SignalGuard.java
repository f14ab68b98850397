package io.auspex.signals;

import io.auspex.serving.FeatureVector;
import io.auspex.serving.ServingModel;
import java.util.Optional;

/**
 * May hold back what a model says of a row. Asked by the pipeline for every row that was scored,
 * after the prediction and before it becomes an action; the signal then abstains with the reason,
 * and keeps the heads, so that its outcome can still be judged.
 */
public interface SignalGuard {

    /**
     * Why nothing should be said; empty to let it pass. Cheap, never blocks: it is called on the
     * feed's thread. Thread-safe.
     *
     * @param row what was scored, in the order of the model's schema
     */
    Optional<String> reasonToAbstain(ServingModel model, FeatureVector row);
}
