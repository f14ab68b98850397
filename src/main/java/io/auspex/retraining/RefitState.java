package io.auspex.retraining;

/** Where a refit stands in the queue. */
public enum RefitState {
    QUEUED,
    RUNNING,
    SUCCEEDED,
    FAILED,
    CANCELLED
}
