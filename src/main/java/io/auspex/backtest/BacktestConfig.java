package io.auspex.backtest;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of backtests and of the dry run. */
@ConfigMapping(prefix = "auspex.backtest")
interface BacktestConfig {

    /** Finished backtests that are kept. */
    @WithDefault("50")
    int keep();

    /** Backtests that may wait. */
    @WithDefault("20")
    int queue();

    /** How often a run writes down what it has done. */
    @WithDefault("2s")
    Duration checkpointEvery();

    /** How long a run stays with a process that says nothing. */
    @WithDefault("30s")
    Duration lease();

    /** Processes that may begin a run before it counts as failed. */
    @WithDefault("5")
    int maxAttempts();

    /** Closes that are read at once. */
    @WithDefault("1000")
    int chunk();

    /** Refits that one run may make. */
    @WithDefault("60")
    int maxRefits();

    /** How often as many entries are drawn at random. */
    @WithDefault("200")
    int randomDraws();

    /** Fee of one side, as a fraction of the value. */
    @WithDefault("0.0005")
    double fee();

    /** Slippage of one side, as a fraction of the price. */
    @WithDefault("0.0002")
    double slippage();

    /** Positions at a time. */
    @WithDefault("5")
    int maxPositions();

    /** Value of a position, as a share of the equity. */
    @WithDefault("0.2")
    double positionShare();

    /** Trades of a page; the file has all. */
    @WithDefault("200")
    int tradesShown();

    /** Whether every model that has signals is traded on paper beside the live loop. */
    @WithDefault("true")
    boolean dryRun();
}
