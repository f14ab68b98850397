package io.auspex.serving;

/** The steps of a swap, in their order. */
enum Step {
    FETCH,
    ADMIT,
    LOAD,
    WARM_UP,
    SELF_TEST,
    FEATURES,
    COMMIT,
    PUBLISH,
    /** From the publication of the successor until the last reader has left and it is closed. */
    DRAIN
}
