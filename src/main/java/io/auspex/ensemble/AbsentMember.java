package io.auspex.ensemble;

import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A member that has a weight, and nobody behind it. */
record AbsentMember(String name) implements Member {

    @Override
    public CompletionStage<Map<Symbol, Vote>> ask(Question question) {
        Map<Symbol, Vote> votes = new HashMap<>();
        for (Candle candle : question.close().candles()) {
            votes.put(candle.symbol(), new Vote.LeftOut("nothing is configured to answer for it"));
        }
        return CompletableFuture.completedFuture(votes);
    }
}
