package io.auspex.language;

import io.auspex.ensemble.Vote;
import io.auspex.market.Symbol;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Answers by what was asked, also those that are not there yet: a close is asked about once. The
 * oldest go first. Thread-safe.
 */
final class AnswerCache {

    /** What was asked. */
    record Key(String feed, Symbol symbol, long closeTimeMillis) {}

    private final int most;
    private final Map<Key, CompletableFuture<Vote>> answers = new LinkedHashMap<>();

    AnswerCache(int most) {
        this.most = most;
    }

    /** The answer, or the beginning of one. */
    synchronized CompletableFuture<Vote> get(Key key, Function<Key, CompletableFuture<Vote>> ask) {
        CompletableFuture<Vote> known = answers.get(key);
        if (known != null) {
            return known;
        }
        CompletableFuture<Vote> asked = ask.apply(key);
        answers.put(key, asked);
        if (answers.size() > most) {
            answers.remove(answers.keySet().iterator().next());
        }
        return asked;
    }

    /** What was not answered may be asked again. */
    synchronized void forget(Key key) {
        answers.remove(key);
    }
}
