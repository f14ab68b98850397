package io.auspex.retraining;

import io.auspex.features.FeatureSet;
import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import java.util.List;
import java.util.Locale;

/** The model that every feed gets without anybody declaring it. */
public final class FeedModel {

    private FeedModel() {}

    /** {@code simulated-5m}; {@code market-data-5m} for {@code replay:market-data}. */
    public static String name(String feed, Timeframe timeframe) {
        String name = feed.substring(feed.indexOf(':') + 1);
        String kind = kindOf(feed);
        String base = kind.equals("simulated") ? kind : name.toLowerCase(Locale.ROOT);
        String legal = base.replaceAll("[^a-z0-9._-]", "-").replaceAll("^[^a-z0-9]+", "");
        String bounded = legal.length() > 56 ? legal.substring(0, 56) : legal;
        return (bounded.isEmpty() ? kind : bounded) + "-" + timeframe.code();
    }

    /**
     * Every default; but for the simulated market, whose dynamics fit into a day, the compact set
     * of features: slow ones would only wait for four days of warm-up and then remember dates.
     *
     * @param model its name
     */
    public static ModelSpec spec(String model, String feed, Timeframe timeframe) {
        ModelSpec spec = ModelSpec.standard(model, market(feed, timeframe));
        return kindOf(feed).equals("simulated") ? spec.withFeatures(FeatureSet.compact()) : spec;
    }

    /** Every simulated market has the same dynamics; a replay is a market of its own. */
    public static MarketSpec market(String feed, Timeframe timeframe) {
        String kind = kindOf(feed);
        return new MarketSpec(kind.equals("simulated") ? kind : feed, List.of(), timeframe);
    }

    private static String kindOf(String identity) {
        int colon = identity.indexOf(':');
        return colon < 0 ? identity : identity.substring(0, colon);
    }
}
