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

    /**
     * It was ended because it has stopped talking: a living worker writes a line every second.
     *
     * @param silence how long it had said nothing
     */
    record Hung(Duration silence, String lastOutput) implements WorkerOutcome {}

    /**
     * It was ended for having more memory than it may.
     *
     * @param residentBytes what it had
     */
    record TooLarge(long residentBytes, long limitBytes, String lastOutput)
            implements WorkerOutcome {}

    /** It was ended on purpose: the service stops, the job was cancelled or the lease was lost. */
    record Killed() implements WorkerOutcome {}
}
