package io.auspex.retraining;

/**
 * A refit that an owner holds under a lease. Owner and attempt fence it: once the lease has passed
 * to somebody else, nothing written in this claim's name takes effect.
 */
record ClaimedRefit(Refit refit, long seed, String owner) {

    long id() {
        return refit.id();
    }

    int attempt() {
        return refit.attempt();
    }
}
