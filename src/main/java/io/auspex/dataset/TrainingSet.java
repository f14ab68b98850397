package io.auspex.dataset;

/** What came of building a training set. */
public sealed interface TrainingSet {

    /**
     * The job folder is complete, but for the trainer's part.
     *
     * @param rows rows written
     * @param unlabelled rows left out because a target was unknown: horizon not over, or a gap
     * @param unready rows left out because fewer than half of their features had a value
     */
    record Built(JobSpec job, long rows, long unlabelled, long unready) implements TrainingSet {}

    /**
     * No row was left; the folder holds nothing that a trainer could begin with.
     *
     * @param reason one sentence
     */
    record Empty(String reason) implements TrainingSet {}
}
