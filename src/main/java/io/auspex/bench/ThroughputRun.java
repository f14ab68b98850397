package io.auspex.bench;

/**
 * One measurement of a throughput.
 *
 * @param perProcessorSecond answers for a second of the server's processor time
 */
record ThroughputRun(LoadResult load, double perProcessorSecond) {

    double rate() {
        return load.rate();
    }

    double p99() {
        return load.p99();
    }
}
