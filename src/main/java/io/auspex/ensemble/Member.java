package io.auspex.ensemble;

import io.auspex.market.Symbol;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Somebody who has a say in the ensemble. A bean of this type is a member by its name; the members
 * that are models need none.
 */
public interface Member {

    /** {@code mistral_ai} and the like; 1 to 64 of a-z, 0-9, '-', '_' and '.'. */
    String name();

    /**
     * Asks about every symbol of a close. Called on the feed's thread: it must return at once, and
     * do what takes longer on a thread of its own. What is not complete by the ensemble's deadline
     * is late and left out, whatever becomes of it. A symbol without an entry is left out; so is a
     * member whose stage fails, with the failure's message.
     */
    CompletionStage<Map<Symbol, Vote>> ask(Question question);
}
