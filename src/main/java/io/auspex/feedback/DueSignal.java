package io.auspex.feedback;

import io.auspex.market.Symbol;
import io.auspex.model.Head;
import java.util.Map;

/** What is needed of a signal to say what became of it. */
record DueSignal(
        String id,
        int version,
        Symbol symbol,
        long closeTimeMillis,
        double closePrice,
        Map<Head, Double> heads) {

    DueSignal {
        heads = Map.copyOf(heads);
    }
}
