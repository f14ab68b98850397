package io.auspex.ingest;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Where candles come from, and how they are stored. */
@ConfigMapping(prefix = "auspex")
interface IngestConfig {

    /**
     * {@code simulated}, {@code replay:<folder>}, {@code binance}, {@code bybit}, or {@code none}
     * for a service that only answers.
     */
    @WithDefault("simulated")
    String feed();

    /** Pace of live candles: {@code max}, or a multiple of real time. */
    @WithDefault("300")
    String speed();

    /** Share of a replay that counts as history, in percent. */
    @WithDefault("60%")
    String history();

    /** The simulated market. */
    Simulated simulated();

    /** The candle store. */
    Candles candles();

    /** The simulated market. */
    interface Simulated {

        /** Names the market: every seed has the same dynamics and other noise. */
        @WithDefault("7")
        long seed();

        /** How much of the direction is predictable: 0 is pure noise. */
        @WithDefault("1.0")
        double strength();

        /** How many symbols. */
        @WithDefault("5")
        int symbols();

        /** Days of history before the first live candle. */
        @WithDefault("45")
        int days();

        /** Days of live candles, after which the feed ends; 0 for ever. */
        @WithDefault("0")
        int liveDays();

        /**
         * Days from the start of the history until the law of the market turns: what rose goes on
         * rising before, and falls back after; 0 for never.
         */
        @WithDefault("0")
        int changeAfterDays();
    }

    /** The candle store. */
    interface Candles {

        /** Most candles written by one statement. */
        @WithDefault("2000")
        int batch();

        /** Most candles read by one statement: an event loop decodes them in one go. */
        @WithDefault("500")
        int page();

        /** How long one write of a live close may take before its candles wait in memory. */
        @WithDefault("2s")
        Duration writeTimeout();

        /** Most candles that wait in memory while the database is away; then the feed waits. */
        @WithDefault("100000")
        int waiting();

        /** How long candles are kept; without it for ever. */
        Optional<Duration> retention();

        /** How often gaps are looked for and repaired, and old candles removed. */
        @WithDefault("1h")
        Duration upkeepEvery();
    }
}
