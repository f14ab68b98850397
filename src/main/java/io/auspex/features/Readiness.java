package io.auspex.features;

/** Whether a feature vector can be used at a close. */
public sealed interface Readiness {

    /** Every feature has a finite value. */
    record Ready() implements Readiness {}

    /**
     * At least one feature has no value yet.
     *
     * @param reason one sentence: which feature, and whether it is warm-up, a gap or a missing
     *     correlated symbol
     */
    record NotReady(String reason) implements Readiness {}
}
