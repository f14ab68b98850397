package io.auspex.signals;

import io.auspex.market.CandleHistory;
import io.auspex.market.Timeframe;
import io.auspex.platform.Await;
import io.auspex.platform.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * The closes of a feed that nobody spoke of, because no service ran: between the newest close in
 * the ledger and the last one that is stored. Each is recorded as missed, one signal for every
 * symbol of every champion, and of every combiner, that has spoken of the feed before; none is
 * invented.
 */
final class MissedCloses {

    private static final Logger LOG = Logger.getLogger(MissedCloses.class);

    private final SignalLedger ledger;
    private final CandleHistory history;
    private final CloseDecisions decisions;
    private final Duration within;

    /**
     * @param within how long ago a close may be to be recorded
     */
    MissedCloses(
            SignalLedger ledger, CandleHistory history, CloseDecisions decisions, Duration within) {
        this.ledger = ledger;
        this.history = history;
        this.decisions = decisions;
        this.within = within;
    }

    /**
     * Hands over the missed signals of each close, in increasing time.
     *
     * @param spooled the newest close of the feed that waits in the spool; empty when none does
     * @param toCloseInclusive the last close that was missed
     * @param now when the service was there again
     */
    void forEach(
            String feed,
            Timeframe timeframe,
            OptionalLong spooled,
            long toCloseInclusive,
            Instant now,
            Consumer<List<PendingSignal>> consumer) {
        OptionalLong newest = Await.item(() -> ledger.newestClose(feed));
        if (newest.isEmpty() && spooled.isEmpty()) {
            return;
        }
        long spoken = Math.max(newest.orElse(Long.MIN_VALUE), spooled.orElse(Long.MIN_VALUE));
        long from = Math.max(spoken, now.minus(within).toEpochMilli());
        if (from >= toCloseInclusive) {
            return;
        }
        if (from > spoken) {
            LOG.warnf(
                    "closes of %s from %s to %s are not in the ledger, not as missed either:"
                            + " auspex.signals.missed-within is %s",
                    feed, Instant.ofEpochMilli(spoken), Instant.ofEpochMilli(from), within);
        }
        Set<String> speakers = Await.item(() -> ledger.modelsOf(feed));
        String reason =
                "missed: no service was running when it closed, %s was the first to know of it"
                        .formatted(now);
        int[] recorded = {0};
        try (Progress progress = Progress.open("Recording missed closes")) {
            history.forEachClose(
                    feed,
                    timeframe,
                    List.of(),
                    from,
                    toCloseInclusive,
                    close -> {
                        List<PendingSignal> missed =
                                decisions.missed(close, reason, speakers::contains);
                        if (!missed.isEmpty()) {
                            consumer.accept(missed);
                            recorded[0]++;
                        }
                        progress.step(
                                (double) (close.closeTimeMillis() - from)
                                        / (toCloseInclusive - from),
                                "");
                    });
        }
        LOG.infof("%s: %d closes are recorded as missed", feed, recorded[0]);
    }
}
