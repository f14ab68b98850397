package io.auspex.retraining;

import io.auspex.model.ModelSpec;
import java.time.Instant;

/**
 * The window of a refit after the market has changed. What was true before is no longer, so that
 * rows from before teach the wrong thing: the window begins with the change, as a learner with an
 * adaptive window drops what is older (Gama, Medas, Castillo and Rodrigues, Learning with drift
 * detection, 2004; Bifet and Gavaldà 2007).
 */
final class ChangedMarket {

    private ChangedMarket() {}

    /**
     * The specification with a window from the change on. The whole window stays while the closes
     * since then are too few for the tests of the gate, which a candidate could only fail.
     *
     * @param from closes up to here are not learnt from
     * @param lastCloseMillis the newest close
     */
    static ModelSpec window(ModelSpec spec, Instant from, long lastCloseMillis) {
        long candles = (lastCloseMillis - from.toEpochMilli()) / spec.market().timeframe().millis();
        double tested =
                (candles - spec.targets().horizonCandles())
                        * (1 - spec.validation().firstTrainShare());
        return candles >= spec.windowCandles()
                        || tested <= ChampionComparison.neededCloses(spec.targets())
                ? spec
                : spec.withWindow(Math.toIntExact(candles));
    }
}
