package io.auspex.retraining;

import java.time.Duration;

/** How a worker process ended. */
sealed interface WorkerOutcome {

    /** Exit code 0. */
    record Succeeded() implements WorkerOutcome {}

    /**
     * It ended by itself, but not well.
     *
     * @param reason one sentence
     * @param lastOutput the last lines of its log
     * @param worthRetrying false when the same job would end the same way
     */
    record Failed(String reason, String lastOutput, boolean worthRetrying)
            implements WorkerOutcome {}

    /** It was ended for taking longer than it may. */
    record TimedOut(Duration limit, String lastOutput) implements WorkerOutcome {}

    /** It was ended on purpose: the service stops, the job was cancelled or the lease was lost. */
    record Killed() implements WorkerOutcome {}
}
