package io.auspex.signals;

import io.auspex.platform.Await;
import io.auspex.platform.Backoff;
import io.auspex.platform.NotTheLeader;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The last step of signals, in the order of closes: into the ledger and then to the subscribers;
 * while the database is away, into the {@link SignalSpool} and then to the subscribers as
 * provisional ones. A thread of its own takes them from there into the ledger when the database is
 * back. Behind what is spooled everything is spooled, so that the order stays.
 *
 * <p>Nothing is lost: when there is no room in the spool, or no disk for it, the close waits, and
 * the feed behind it. One thread emits.
 */
final class SignalEmission implements AutoCloseable {

    /** What became of the signals of a close. */
    sealed interface Emitted {

        /**
         * In the ledger and published.
         *
         * @param news those that were not there before
         */
        record Durable(List<Signal> news) implements Emitted {}

        /** In the spool and published as provisional; or there already. */
        record Spooled() implements Emitted {}

        /** The database refuses them, and always would. */
        record Refused(RuntimeException why) implements Emitted {}
    }

    /** Hears of what the thread of the spool does. */
    interface Listener {
        void appended(List<Signal> news);

        void refused(List<PendingSignal> signals, RuntimeException why);
    }

    private static final Logger LOG = Logger.getLogger(SignalEmission.class);
    private static final Backoff BACKOFF =
            new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2));

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    private final SignalLedger ledger;
    private final SignalSpool spool;
    private final SignalHub hub;
    private final SignalsConfig config;
    private final InstantSource clock;
    private final Listener listener;
    private final AtomicBoolean draining = new AtomicBoolean();

    /** At zero it is; that ends the wait between two attempts, too. */
    private final CountDownLatch closed = new CountDownLatch(1);

    private volatile @Nullable Thread drain;

    SignalEmission(
            SignalLedger ledger,
            SignalSpool spool,
            SignalHub hub,
            SignalsConfig config,
            InstantSource clock,
            Listener listener) {
        this.ledger = ledger;
        this.spool = spool;
        this.hub = hub;
        this.config = config;
        this.clock = clock;
        this.listener = listener;
    }

    /** Takes what an earlier process has left in the spool into the ledger. */
    void begin() {
        if (!spool.isEmpty()) {
            drainBeside();
        }
    }

    /**
     * Emits the signals of a close.
     *
     * @param timed hears of the commit and of the publication
     * @throws IllegalStateException when the thread was interrupted while it waited; nothing was
     *     published then
     */
    Emitted emit(List<PendingSignal> decided, CloseSteps timed) {
        for (int failures = 0; true; failures++) {
            if (spool.isEmpty()) {
                try {
                    List<Signal> stored = append(decided);
                    timed.commitDone();
                    List<Signal> news = hub.publish(stored);
                    timed.publicationDone();
                    return new Emitted.Durable(news);
                } catch (RuntimeException failure) {
                    requireNotInterrupted(failure);
                    if (SignalLedger.isRefusal(failure)) {
                        return new Emitted.Refused(failure);
                    }
                    LOG.debugf("the ledger is away: %s", failure);
                }
            }
            if (isSpooled(decided)) {
                drainBeside();
                return new Emitted.Spooled();
            }
            if (failures == 0) {
                LOG.warn("the ledger is away and the spool takes no more: the feed waits");
            }
            pause(failures + 1);
        }
    }

    /** Signals that wait in the spool. */
    int spooled() {
        return spool.size();
    }

    /**
     * Ends its thread; what waits stays on disk. What is on its way to the database may be stored
     * there, so its answer is waited for, and published.
     */
    @Override
    public void close() {
        closed.countDown();
        Thread thread = drain;
        if (thread == null) {
            return;
        }
        try {
            if (!thread.join(STOP_TIMEOUT)) {
                LOG.warn("the spool did not stop in time");
                thread.interrupt();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Signal> append(List<PendingSignal> decided) {
        return Await.item(() -> {
            // Behind the sending of the statement, so that it costs the database no time.
            Objects.requireNonNull(Vertx.currentContext(), "awaited on a context")
                    .runOnContext(_ -> hub.storing(decided));
            return stored(decided);
        });
    }

    private Uni<List<Signal>> stored(List<PendingSignal> decided) {
        return Uni.createFrom()
                .deferred(() -> ledger.append(decided))
                .onFailure(failure -> !SignalLedger.isRefusal(failure))
                .retry()
                .withBackOff(config.appendBackoff())
                .atMost(config.appendAttempts() - 1L)
                .ifNoItem()
                .after(config.appendTimeout())
                .failWith(() ->
                        new IllegalStateException(
                                new TimeoutException(
                                        "no answer within " + config.appendTimeout())));
    }

    /** Whether the signals lie in the spool, and subscribers have heard of them. */
    private boolean isSpooled(List<PendingSignal> decided) {
        PendingSignal any = decided.getFirst();
        if (spool.newestClose(any.feed()).orElse(Long.MIN_VALUE) >= any.closeTimeMillis()) {
            // Handed over again after a restart: there from before it.
            return true;
        }
        if (!spool.hasRoomFor(decided.size())) {
            return false;
        }
        try {
            spool.add(decided);
        } catch (IOException noDisk) {
            LOG.errorf("signals cannot be written to the spool: %s", noDisk);
            return false;
        }
        var now = clock.instant();
        hub.publishProvisional(
                decided.stream().map(signal -> new ProvisionalSignal(signal, now)).toList());
        return true;
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void drainBeside() {
        if (!isClosed() && draining.compareAndSet(false, true)) {
            drain = Thread.ofVirtual().name("signal-spool").start(this::drainAll);
        }
    }

    /** The edge of the thread. */
    private void drainAll() {
        try {
            do {
                drainWhatWaits();
                draining.set(false);
                // What came between the last look and now has found this thread still at work.
            } while (!isClosed() && !spool.isEmpty() && draining.compareAndSet(false, true));
        } catch (InterruptedException stopped) {
            draining.set(false);
            Thread.currentThread().interrupt();
        }
    }

    private void drainWhatWaits() throws InterruptedException {
        int failures = 0;
        long since = System.nanoTime();
        int taken = 0;
        while (!isClosed() && !spool.isEmpty()) {
            try {
                Optional<List<PendingSignal>> oldest = spool.oldest();
                if (oldest.isEmpty()) {
                    return;
                }
                take(oldest.get());
                spool.removeOldest();
                taken += oldest.get().size();
                failures = 0;
            } catch (IOException | RuntimeException away) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                failures++;
                if (failures == 1) {
                    LOG.warnf("%d signals wait in the spool: %s", spool.size(), away);
                }
                boolean _ =
                        closed.await(
                                BACKOFF.after(failures, ThreadLocalRandom.current()).toMillis(),
                                TimeUnit.MILLISECONDS);
            }
        }
        if (isClosed()) {
            return;
        }
        LOG.infof(
                "%d signals of the spool are in the ledger, %d ms after the first had to wait",
                taken, (System.nanoTime() - since) / 1_000_000);
    }

    private void take(List<PendingSignal> oldest) {
        try {
            listener.appended(hub.publish(append(oldest)));
        } catch (RuntimeException failure) {
            if (!SignalLedger.isRefusal(failure)
                    || NotTheLeader.isCauseOf(failure) && !isBehind(oldest.getFirst())) {
                throw failure;
            }
            listener.refused(oldest, failure);
        }
    }

    /**
     * Whether somebody has spoken of that close, or of a later one. Until then the one who leads
     * may be dead, this process itself before its restart for one, and what it has said is all
     * there is: it waits for the lead.
     */
    private boolean isBehind(PendingSignal oldest) {
        return Await.item(() -> ledger.newest(null, 1)).stream()
                .anyMatch(newest ->
                        newest.feed().equals(oldest.feed())
                                && newest.closeTime().toEpochMilli() >= oldest.closeTimeMillis());
    }

    private static void requireNotInterrupted(RuntimeException failure) {
        if (Thread.currentThread().isInterrupted()) {
            throw new IllegalStateException("interrupted while signals waited", failure);
        }
    }

    private static void pause(int failures) {
        try {
            Thread.sleep(BACKOFF.after(failures, ThreadLocalRandom.current()));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while signals waited", interrupted);
        }
    }
}
