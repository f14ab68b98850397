package io.auspex.ensemble;

import io.auspex.ingest.HistoryLoaded;
import io.auspex.market.Timeframe;
import io.auspex.retraining.FeedModel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The names of the ensemble's members, and the models behind them. */
final class Members {

    /** A rule strategy on indicators; no model file. */
    static final String TRADING = "trading_ai";

    /** A random forest. */
    static final String LAVA = "lava_ai";

    /** Gradient boosting: the model that every feed has. */
    static final String LGBM = "lgbm_ai";

    /** A language model. */
    static final String MISTRAL = "mistral_ai";

    /** In the order in which they are named. */
    static final List<String> STANDARD = List.of(TRADING, LAVA, LGBM, MISTRAL);

    /** Who speaks for all of them, in the ledger and in tables of members. */
    static final String ENSEMBLE = "ensemble";

    private static final String FOREST = "-forest";

    private Members() {}

    /**
     * The model of a member in the market of a feed; empty for one that has none. Every name that
     * is not a standard one is that of a model.
     */
    static Optional<String> model(String member, String feed, Timeframe timeframe) {
        return switch (member) {
            case TRADING, MISTRAL -> Optional.empty();
            case LAVA -> Optional.of(forest(FeedModel.name(feed, timeframe)));
            case LGBM -> Optional.of(FeedModel.name(feed, timeframe));
            default -> Optional.of(member);
        };
    }

    /** The forest beside the model of a feed. */
    static String forest(String model) {
        return (model.length() + FOREST.length() <= 64
                        ? model
                        : model.substring(0, 64 - FOREST.length()))
                + FOREST;
    }

    static String forest(HistoryLoaded loaded) {
        return forest(FeedModel.name(loaded.feed(), loaded.timeframe()));
    }

    /** The standard ones first, then the others by name. */
    static List<String> inOrder(Collection<String> members) {
        List<String> ordered = new ArrayList<>();
        STANDARD.stream().filter(members::contains).forEach(ordered::add);
        members.stream()
                .filter(member -> !STANDARD.contains(member))
                .sorted()
                .forEach(ordered::add);
        return ordered;
    }
}
