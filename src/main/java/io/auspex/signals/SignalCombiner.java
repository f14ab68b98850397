package io.auspex.signals;

import io.auspex.market.MarketClose;
import java.util.List;

/**
 * Makes further signals of a close of those that single models have given; the pipeline appends
 * them behind those, in the same statement. Asked on the feed's thread: whatever it waits for is
 * bounded. One that throws has said nothing.
 */
public interface SignalCombiner {

    /**
     * What follows from the signals of the models, none for a market that it does not speak of.
     *
     * @param ofModels every champion's signals of this close, before anything else is added
     */
    List<PendingSignal> combine(MarketClose close, List<PendingSignal> ofModels);
}
