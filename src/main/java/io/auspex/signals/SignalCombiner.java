package io.auspex.signals;

import io.auspex.market.MarketClose;
import io.auspex.model.ModelSpec;
import java.util.List;
import java.util.Optional;

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

    /**
     * The same for a close that nobody could be asked about in time: one missed signal for each
     * that it would have given, none for a market that it does not speak of.
     *
     * @param ofModels the missed signals of the models
     * @param reason as of theirs
     */
    default List<PendingSignal> missed(
            MarketClose close, List<PendingSignal> ofModels, String reason) {
        return List.of();
    }

    /**
     * What its signals are to be judged by, as if a model of that specification had given them;
     * empty for signals that are not its own. Does not block.
     *
     * @param model the name that its signals have in the ledger
     */
    Optional<ModelSpec> judgedAs(String feed, String model);
}
