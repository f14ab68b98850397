package io.auspex.ingest;

import io.auspex.market.Timeframe;

/** Decides when the next live close may be handed over. Called by one thread. */
@FunctionalInterface
public interface Pacer {

    /** Returns when the next live close of the timeframe is due. */
    void awaitClose(Timeframe timeframe) throws InterruptedException;

    /** Waits in real time, at the given speed. */
    static Pacer at(Speed speed) {
        return new SpeedPacer(speed, System::nanoTime, Thread::sleep);
    }
}
