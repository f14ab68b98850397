package io.auspex.retraining;

/** When a candidate is promoted: {@code auspex.promote}. */
enum PromotePolicy {
    /** On evidence alone. */
    EVIDENCE,
    /**
     * Always, for a first look: marked unproven, its evidence is not asked for. What cannot serve
     * is not promoted even so.
     */
    ALWAYS
}
