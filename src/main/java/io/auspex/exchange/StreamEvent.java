package io.auspex.exchange;

import io.auspex.market.Candle;

/** What a connection tells the feed. */
sealed interface StreamEvent {

    /** A candle that has closed, as the exchange sent it: perhaps again, perhaps late. */
    record Closed(Candle candle) implements StreamEvent {}

    /** Something that could not be read. */
    record Unreadable(String reason) implements StreamEvent {}

    /** Every subscription of the connection holds. */
    record Up(int connection) implements StreamEvent {}

    /** The connection is gone; it tries again by itself. */
    record Down(int connection, String reason) implements StreamEvent {}
}
