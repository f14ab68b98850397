package io.auspex.feedback;

import io.auspex.feedback.OutcomeStore.Judged;
import io.auspex.feedback.OutcomeStore.Stream;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.market.Timeframe;
import io.auspex.model.ModelSpec;
import io.auspex.model.TargetSpec;
import io.auspex.platform.Await;
import io.auspex.platform.Role;
import io.auspex.platform.Roles;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Writes the outcomes that have become due, in batches, in the order of closes, from stored
 * candles. How far it is lasts in the database, so that what became due while nobody ran is written
 * later; to do it again changes nothing. A process without the role {@code ingest} works them out
 * for its own live figures and leaves writing to others. One thread; blocking.
 */
@ApplicationScoped
class OutcomeWriter {

    private final OutcomeStore store;
    private final CandleHistory history;
    private final boolean writes;
    private final Map<Stream, Long> cursors = new HashMap<>();

    @Inject
    OutcomeWriter(OutcomeStore store, CandleHistory history, Roles roles) {
        this(store, history, roles.has(Role.INGEST));
    }

    OutcomeWriter(OutcomeStore store, CandleHistory history) {
        this(store, history, true);
    }

    private OutcomeWriter(OutcomeStore store, CandleHistory history, boolean writes) {
        this.store = store;
        this.history = history;
        this.writes = writes;
    }

    /** Streams whose outcomes have been written before, in this life or an earlier one. */
    Set<Stream> restore() {
        cursors.putAll(Await.item(store::cursors));
        return Set.copyOf(cursors.keySet());
    }

    /**
     * Writes what is due.
     *
     * @param completeMillis a close of the feed that is stored whole for certain; the last stored
     *     one may be in the middle of it
     * @param written hears of each batch after it is stored
     */
    void write(Stream stream, ModelSpec spec, long completeMillis, Consumer<List<Judged>> written) {
        Timeframe timeframe = spec.market().timeframe();
        OptionalLong last = history.lastClose(stream.feed(), timeframe);
        if (last.isEmpty()) {
            return;
        }
        long complete = Math.max(completeMillis, last.getAsLong() - timeframe.millis());
        long to = complete - spec.targets().horizonCandles() * timeframe.millis();
        while (true) {
            long after = cursors.getOrDefault(stream, Long.MIN_VALUE);
            List<DueSignal> due =
                    after >= to
                            ? List.of()
                            : wholeCloses(Await.item(() -> store.due(stream, after, to)));
            if (due.isEmpty()) {
                return;
            }
            written.accept(write(stream, spec.targets(), timeframe, due));
        }
    }

    private List<Judged> write(
            Stream stream, TargetSpec targets, Timeframe timeframe, List<DueSignal> due) {
        long first = due.getFirst().closeTimeMillis();
        long last = due.getLast().closeTimeMillis();
        List<MarketClose> closes =
                history.closes(
                        stream.feed(),
                        timeframe,
                        Realisation.closesAfter(targets, timeframe, first),
                        last + targets.horizonCandles() * timeframe.millis());
        List<SignalOutcome> outcomes = Realisation.of(targets, timeframe, due, closes);
        if (writes) {
            Await.item(() -> store.write(stream, outcomes, last));
        }
        cursors.put(stream, last);
        List<Judged> judged = new ArrayList<>(due.size());
        for (int i = 0; i < due.size(); i++) {
            judged.add(new Judged(due.get(i), outcomes.get(i)));
        }
        return judged;
    }

    /** A full page may end within a close: that one comes with the next page. */
    private static List<DueSignal> wholeCloses(List<DueSignal> page) {
        if (page.size() < OutcomeStore.MAX_BATCH) {
            return page;
        }
        long last = page.getLast().closeTimeMillis();
        return page.stream().filter(signal -> signal.closeTimeMillis() < last).toList();
    }
}
