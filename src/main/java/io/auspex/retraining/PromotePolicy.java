package io.auspex.retraining;

/** When a candidate is promoted: {@code auspex.promote}. */
enum PromotePolicy {
    /** On evidence alone. */
    EVIDENCE,
    /**
     * Always, for a first look; without evidence it is marked unproven. What cannot serve is not
     * promoted even so.
     */
    ALWAYS
}
