package io.auspex.ensemble;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.signals.Receipt;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A member that cannot be asked about the past, such as a language model, and says what the ledger
 * has of it: its answer as the ensemble's receipts recorded it. It is asked in increasing time and
 * reads ahead, a bounded number of closes at once. Blocking; one owner.
 */
final class RecordedMember implements Member {

    /** Closes that are read at once. */
    private static final int AHEAD = 500;

    private static final String NOTHING = "no answer of it is recorded for this close";

    private final String name;
    private final EnsembleRecords records;
    private Map<Long, Map<Symbol, Receipt.Member>> answers = Map.of();
    private long readFrom = Long.MAX_VALUE;
    private long readTo = Long.MIN_VALUE;

    RecordedMember(String name, EnsembleRecords records) {
        this.name = name;
        this.records = records;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CompletionStage<Map<Symbol, Vote>> ask(Question question) {
        Map<Symbol, Receipt.Member> answered = answered(question.close());
        Map<Symbol, Vote> votes = new HashMap<>();
        for (Candle candle : question.close().candles()) {
            votes.put(candle.symbol(), vote(answered.get(candle.symbol())));
        }
        return CompletableFuture.completedFuture(votes);
    }

    private Map<Symbol, Receipt.Member> answered(MarketClose close) {
        long at = close.closeTimeMillis();
        if (at < readFrom || at > readTo) {
            readFrom = at;
            readTo = at + AHEAD * close.candles().getFirst().timeframe().millis();
            answers = records.answers(close.feed(), name, readFrom, readTo);
        }
        return answers.getOrDefault(at, Map.of());
    }

    private static Vote vote(Receipt.@Nullable Member then) {
        if (then == null) {
            return new Vote.LeftOut(NOTHING);
        }
        if (then.leftOut() != null) {
            return new Vote.LeftOut(then.leftOut());
        }
        Receipt.Recorded recorded = then.recorded();
        // A receipt from before answers were recorded has what counted, and not who it was.
        return new Vote.Said(
                then.version(),
                recorded == null ? then.artefact() : recorded.identity(),
                then.artefact(),
                then.candles(),
                then.heads(),
                recorded == null || recorded.unproven(),
                recorded == null ? null : recorded.reason(),
                recorded == null ? null : recorded.answer());
    }
}
