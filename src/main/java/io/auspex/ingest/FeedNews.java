package io.auspex.ingest;

import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import java.time.Duration;
import java.util.List;

/** What a feed that depends on somebody else has to say beside its closes. */
public sealed interface FeedNews {

    /** Nothing comes for the reason given; the feed keeps trying. */
    record Waiting(String reason) implements FeedNews {}

    /** What was waited for is there again. */
    record Connected() implements FeedNews {}

    /**
     * The clocks were compared.
     *
     * @param ahead what the venue's clock is ahead of ours
     */
    record ClockCompared(Duration ahead) implements FeedNews {}

    /** The symbols that the feed follows from now on, ordered. */
    record Follows(List<Symbol> symbols) implements FeedNews {

        public Follows {
            symbols = List.copyOf(symbols);
        }
    }

    /**
     * A candle of a close that has been handed over already: without it, or with another version of
     * it.
     */
    record Late(Candle candle) implements FeedNews {}

    /** A close went on without the candles of these symbols. */
    record Missing(long closeTimeMillis, List<Symbol> symbols) implements FeedNews {

        public Missing {
            symbols = List.copyOf(symbols);
        }
    }

    /** The venue refuses to push that symbol; its candles are asked for at every close. */
    record NotStreamed(Symbol symbol, String reason) implements FeedNews {}

    /** Something came that could not be read, and was not used. */
    record Unreadable(String reason) implements FeedNews {}
}
