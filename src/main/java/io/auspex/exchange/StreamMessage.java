package io.auspex.exchange;

import io.auspex.market.Candle;

/** What a message of the stream says. */
sealed interface StreamMessage {

    /** A candle has closed. */
    record Closed(Candle candle) implements StreamMessage {}

    /** The subscription with that id holds. */
    record Subscribed(int id) implements StreamMessage {}

    /** A subscription was refused. */
    record Refused(String reason) implements StreamMessage {}

    /** The exchange is about to end the connection. */
    record Leaving() implements StreamMessage {}

    /** A sign of life: a candle that is still open, an answer to a ping. */
    record Other() implements StreamMessage {}
}
