package io.auspex.training;

/** Who wants to know how far a training run is. Called on the training thread. */
@FunctionalInterface
public interface TrainingProgress {

    /** Nobody. */
    TrainingProgress SILENT = (phase, percent, message) -> {};

    /**
     * Takes news.
     *
     * @param percent of the whole run, 0 to 100, never falling
     * @param message for people
     */
    void at(Phase phase, int percent, String message);
}
