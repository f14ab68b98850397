package io.auspex.exchange;

import io.auspex.market.Candle;
import java.util.OptionalInt;

/** What a message of the stream says. */
sealed interface StreamMessage {

    /** A candle has closed. */
    record Closed(Candle candle) implements StreamMessage {}

    /** The subscription with that id holds. */
    record Subscribed(int id) implements StreamMessage {}

    /**
     * A subscription was refused as a whole.
     *
     * @param id empty when the exchange does not say which
     * @param holds whether the reason is that one of its symbols is subscribed to already
     */
    record Refused(OptionalInt id, String reason, boolean holds) implements StreamMessage {}

    /** The exchange is about to end the connection. */
    record Leaving() implements StreamMessage {}

    /** A sign of life: a candle that is still open, an answer to a ping. */
    record Other() implements StreamMessage {}
}
