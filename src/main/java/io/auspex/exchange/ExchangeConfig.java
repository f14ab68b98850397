package io.auspex.exchange;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** The feeds of exchanges. */
@ConfigMapping(prefix = "auspex")
interface ExchangeConfig {

    /** What {@code auspex.feed} of binance or bybit needs. */
    Exchange exchange();

    /** What {@code auspex.feed} of binance or bybit needs. */
    interface Exchange {

        /** Length of the candles. */
        @WithDefault("5m")
        String timeframe();

        /** Symbols to follow, joined by commas, instead of the ones that are traded most. */
        Optional<String> symbols();

        /** Days of history that the first run collects. */
        @WithDefault("90")
        int days();

        /** How long a close waits for the stream before it is asked for over REST. */
        @WithDefault("3s")
        Duration grace();

        /** How long a close that has some candles waits for the others. */
        @WithDefault("30s")
        Duration patience();

        /** How long a request or a connection may take. */
        @WithDefault("10s")
        Duration requestTimeout();

        /** Where REST is, instead of the exchange's own address. */
        Optional<String> restUrl();

        /** Where the WebSocket is, instead of the exchange's own address. */
        Optional<String> streamUrl();

        /** Which symbols are followed. */
        Universe universe();
    }

    /** Which symbols are followed when none are named. */
    interface Universe {

        /** What they are paid for in. */
        @WithDefault("USDT")
        String quote();

        /** How many symbols the first run takes; a member stays while it ranks among so many. */
        @WithDefault("100")
        int initial();

        /** A symbol that ranks among so many for some days enters. */
        @WithDefault("50")
        int daily();

        /** Days in a row within the daily rank before a symbol enters. */
        @WithDefault("3")
        int enterDays();

        /** Days in a row outside of the initial rank before a symbol leaves. */
        @WithDefault("7")
        int leaveDays();

        /** Days for which a symbol must have been traded. */
        @WithDefault("30")
        int minimumDays();
    }
}
