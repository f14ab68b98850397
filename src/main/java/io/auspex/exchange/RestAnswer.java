package io.auspex.exchange;

import java.time.Duration;
import java.util.OptionalInt;

/** What a response means. */
sealed interface RestAnswer {

    /**
     * The answer that was asked for.
     *
     * @param usedWeight of the present window, as the exchange counts; empty when it does not say
     */
    record Good(String body, OptionalInt usedWeight) implements RestAnswer {}

    /** Asked too often: nothing more may be asked for so long. */
    record TooMany(Duration pause, String reason) implements RestAnswer {}

    /** The exchange does not have that symbol (any more). */
    record NoSuchSymbol(String reason) implements RestAnswer {}

    /** Anything else; it may be better later. */
    record Failed(String reason) implements RestAnswer {}
}
