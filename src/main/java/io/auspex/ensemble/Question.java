package io.auspex.ensemble;

import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.serving.LiveVector;
import io.auspex.signals.PendingSignal;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What every member is asked: about each symbol of a close.
 *
 * @param said what single models have said of the close already
 * @param vectors the feature vectors as of the close, by schema hash
 */
public record Question(
        MarketClose close,
        List<PendingSignal> said,
        Function<String, Map<Symbol, LiveVector>> vectors) {

    public Question {
        said = List.copyOf(said);
    }
}
