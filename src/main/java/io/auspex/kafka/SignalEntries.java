package io.auspex.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.auspex.platform.Json;
import io.auspex.signals.Signal;
import io.auspex.signals.SignalLedger;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** The signals of the ledger, keyed by symbol. */
@ApplicationScoped
class SignalEntries implements EntrySource {

    private final SignalLedger ledger;

    SignalEntries(SignalLedger ledger) {
        this.ledger = ledger;
    }

    @Override
    public String channel() {
        return "signals-out";
    }

    @Override
    public Uni<List<Entry>> after(long position, int limit) {
        return ledger.after(null, position, limit)
                .map(signals -> signals.stream().map(SignalEntries::entry).toList());
    }

    @Override
    public Uni<Long> newest() {
        return ledger.head();
    }

    private static Entry entry(Signal signal) {
        return new Entry(
                signal.epoch(), signal.seq(), signal.symbol().name(), signal.id(), json(signal));
    }

    static String json(Object message) {
        try {
            return Json.mapper().writeValueAsString(message);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records can be written as JSON", e);
        }
    }
}
