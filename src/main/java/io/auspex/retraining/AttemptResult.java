package io.auspex.retraining;

/** What one attempt at a refit came to. */
sealed interface AttemptResult {

    /** The gate has decided, and the registry knows. */
    record Decided(int version, Decision decided, String reason) implements AttemptResult {

        String decision() {
            return decided.name();
        }
    }

    /** What the gate may say of a version. */
    enum Decision {
        PROMOTED,
        REJECTED,
        /** It has passed, and runs in the shadow until it may take over. */
        CHALLENGER
    }

    /**
     * There is no decision.
     *
     * @param lastOutput the last lines of the worker's log; empty when it did not come to that
     * @param worthRetrying false when another attempt would end the same way
     */
    record Failed(String reason, String lastOutput, boolean worthRetrying)
            implements AttemptResult {}

    /** It was ended on purpose: the service stops, or the job is somebody else's now. */
    record Stopped() implements AttemptResult {}
}
