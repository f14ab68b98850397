package io.auspex.serving;

import io.auspex.features.FeatureSchema;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * The feature vectors of a market that is played again from its past: the very states of {@link
 * LiveFeatures}, fed by somebody who looks back instead of a feed. The bits of a vector are those
 * that were live, because a state that is begun anywhere is built from as many stored closes as it
 * depends on. One owner.
 */
public final class PastMarket {

    private final CandleHistory history;
    private final LiveMarket market;
    private final Map<String, FeatureState> states = new HashMap<>();

    public PastMarket(CandleHistory history, String feed, Timeframe timeframe) {
        this.history = history;
        this.market = new LiveMarket(feed, timeframe, new TreeSet<>());
    }

    /**
     * Has the vectors of a schema computed from the next close on. Blocking: it reads the history
     * that they depend on.
     *
     * @param throughCloseMillis the last close before the next one that is accepted
     * @throws IllegalArgumentException when nobody can compute the schema
     */
    public void use(FeatureSchema schema, long throughCloseMillis) {
        if (!states.containsKey(schema.hash())) {
            FeatureState state = new FeatureState(schema);
            state.catchUp(history, market, throughCloseMillis);
            states.put(schema.hash(), state);
        }
    }

    /** Takes the next close, in increasing time. */
    public void accept(MarketClose close) {
        for (FeatureState state : states.values()) {
            state.accept(close);
            state.publish();
        }
    }

    /** The vectors as of the last close, ordered by symbol; none for a schema that is not used. */
    public Map<Symbol, LiveVector> vectors(String schemaHash) {
        FeatureState state = states.get(schemaHash);
        return state == null ? Map.of() : state.vectors();
    }
}
