package io.auspex.exchange;

import io.auspex.market.Candle;
import io.auspex.market.Symbol;

/** What a connection tells the feed. */
sealed interface StreamEvent {

    /** A candle that has closed, as the exchange sent it: perhaps again, perhaps late. */
    record Closed(Candle candle) implements StreamEvent {}

    /** Something that could not be read. */
    record Unreadable(String reason) implements StreamEvent {}

    /** The exchange does not stream that symbol; said once by a connection. */
    record NotStreamed(Symbol symbol, String reason) implements StreamEvent {}

    /** Every subscription of the connection holds, but for those that were refused. */
    record Up(int connection) implements StreamEvent {}

    /** The connection is gone; it tries again by itself. */
    record Down(int connection, String reason) implements StreamEvent {}
}
