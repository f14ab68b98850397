package io.auspex.signals;

import io.auspex.model.Head;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Computes the heads of a signal again that one model alone did not make: an ensemble's. Called on
 * a replay's thread, which may be blocked. Implementations are beans.
 */
public interface Recomputation {

    /**
     * What the members' models and the stored candles give now.
     *
     * @param heads combined; decided upon by the receipt's rule
     * @param members in the order of the receipt, their weights as they were
     */
    record Recomputed(Map<Head, Double> heads, List<Receipt.Member> members) {

        public Recomputed {
            heads = SignalColumns.inOrder(heads);
            members = List.copyOf(members);
        }
    }

    /** Empty for a signal that it did not make. */
    Optional<Recomputed> again(Signal signal, Receipt receipt);
}
