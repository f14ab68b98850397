package io.auspex.ingest;

import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import java.util.List;

/** Gives candles of the past again, so that gaps can be repaired. Blocking; thread-safe. */
public interface CandleSource {

    /**
     * The closed candles in a range of open times, in increasing time; those that the venue does
     * not have are left out.
     *
     * @param fromOpenMillis first open time, milliseconds since the Unix epoch (UTC)
     * @param toOpenMillis last open time
     * @throws io.auspex.platform.Failure UPSTREAM when the venue does not answer
     */
    List<Candle> candles(Symbol symbol, long fromOpenMillis, long toOpenMillis)
            throws InterruptedException;
}
