package io.auspex.retraining;

/** What the gate says of a candidate. */
sealed interface GateDecision {

    /** One sentence with the figures. */
    String reason();

    /**
     * It becomes the champion.
     *
     * @param unproven {@code --promote=always} asked for it, whatever its evidence
     */
    record Promote(String reason, boolean unproven) implements GateDecision {}

    /**
     * It is kept, and does not serve.
     *
     * @param reason names every condition that failed
     */
    record Reject(String reason) implements GateDecision {}
}
