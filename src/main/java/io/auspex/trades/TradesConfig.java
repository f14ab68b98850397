package io.auspex.trades;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Settings of what is learnt from closed trades. */
@ConfigMapping(prefix = "auspex.trades")
interface TradesConfig {

    /** Most trades of one request. */
    @WithDefault("1000")
    int maxBatch();

    /** Most trades that wait in memory while the database does not answer. */
    @WithDefault("1000")
    int buffer();

    /** The newest closed trades that a refit learns from, 20 to 200. */
    @WithDefault("200")
    int window();

    /** Trades that the walk-forward test must hold together before its result counts. */
    @WithDefault("80")
    int minTestRows();

    /** How trees are grown: gbdt, or rf for a random forest. */
    @WithDefault("gbdt")
    String boosting();
}
