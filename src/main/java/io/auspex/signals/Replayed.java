package io.auspex.signals;

import io.auspex.model.Head;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of computing a signal again, from stored candles with the stored model.
 *
 * @param id of the signal
 * @param identical the same candles, and the same bits: heads, action, reason, confidence, outlook
 * @param differences empty exactly when it is identical
 * @param notes what was taken from the receipt, and what is otherwise today
 * @param action of today's computation; null with the others when there was nothing to compute from
 * @param heads as computed
 */
public record Replayed(
        String id,
        boolean identical,
        List<Difference> differences,
        List<String> notes,
        @Nullable Action action,
        @Nullable String reason,
        @Nullable Double confidence,
        Map<Head, Double> heads,
        @Nullable Double predictedProfit,
        @Nullable Double pProfit) {

    /**
     * Something that is not as it was.
     *
     * @param what {@code candles:ETHBTC}, {@code artefact}, {@code heads.p_up}, {@code action} and
     *     the like
     * @param recorded what the signal or its receipt says; null when it says nothing
     * @param computed what there is now; null when there is nothing
     */
    public record Difference(String what, @Nullable String recorded, @Nullable String computed) {}

    public Replayed {
        differences = List.copyOf(differences);
        notes = List.copyOf(notes);
        heads = SignalColumns.inOrder(heads);
        if (identical != differences.isEmpty()) {
            throw new IllegalArgumentException("identical is what differs in nothing");
        }
    }
}
