package io.auspex.bench;

import java.io.IOException;

/**
 * What the processors have done, and how much of it was not ours: a noisy machine is to be seen in
 * the result. In ticks since the machine started, or as a difference.
 *
 * @param nanos of the clock
 * @param service processor time of the service
 * @param baseline of the baseline
 * @param generators of the load generator
 */
record Usage(
        long nanos,
        Processors.Ticks server,
        Processors.Ticks load,
        long service,
        long baseline,
        long generators) {

    static final double TICKS_PER_SECOND = 100;

    static Usage now(Processors processors, long service, long baseline, long generator)
            throws IOException {
        return new Usage(
                System.nanoTime(),
                Processors.of(processors.server()),
                Processors.of(processors.load()),
                Processors.ofProcess(service),
                Processors.ofProcess(baseline),
                Processors.ofProcess(generator));
    }

    Usage since(Usage before) {
        return new Usage(
                nanos - before.nanos,
                minus(server, before.server),
                minus(load, before.load),
                service - before.service,
                baseline - before.baseline,
                generators - before.generators);
    }

    double serviceSeconds() {
        return service / TICKS_PER_SECOND;
    }

    double baselineSeconds() {
        return baseline / TICKS_PER_SECOND;
    }

    /** Share of the server's processor that others used. */
    double otherOnServer() {
        return Math.max(0, server.busy() - service - baseline) / ticks();
    }

    double otherOnLoad() {
        return Math.max(0, load.busy() - generators) / ticks();
    }

    /** Share of the server's processor that the machine below this one kept for itself. */
    double stolen() {
        return server.stolen() / ticks();
    }

    private double ticks() {
        return nanos / 1e9 * TICKS_PER_SECOND;
    }

    private static Processors.Ticks minus(Processors.Ticks now, Processors.Ticks before) {
        return new Processors.Ticks(now.busy() - before.busy(), now.stolen() - before.stolen());
    }
}
