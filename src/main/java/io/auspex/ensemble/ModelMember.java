package io.auspex.ensemble;

import io.auspex.market.Symbol;
import io.auspex.model.ModelKind;
import io.auspex.signals.PendingSignal;
import io.auspex.signals.Receipt;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A member that is a model: what its champion has said of the close is its vote. One that
 * abstained, because its features were not ready or a guard held it back, is left out.
 *
 * @param model the registry's name
 */
record ModelMember(String name, String model) implements Member {

    @Override
    public CompletionStage<Map<Symbol, Vote>> ask(Question question) {
        Map<Symbol, Vote> votes = new HashMap<>();
        for (PendingSignal signal : question.said()) {
            if (signal.model().equals(model)) {
                votes.put(signal.symbol(), vote(signal));
            }
        }
        return CompletableFuture.completedFuture(votes);
    }

    private static Vote vote(PendingSignal signal) {
        Receipt receipt = signal.receipt();
        if (!signal.decision().action().speaks()
                || receipt == null
                || !signal.heads().keySet().containsAll(ModelKind.MARKET.heads())) {
            return new Vote.LeftOut(signal.decision().reason());
        }
        return new Vote.Said(
                signal.version(),
                signal.schemaHash(),
                Objects.requireNonNullElse(receipt.artefact(), ""),
                receipt.candles(),
                signal.heads(),
                signal.unproven(),
                null);
    }
}
