package io.auspex.security;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Appends to the audit log: calls through a bounded queue and one writer, many in one transaction;
 * what must not happen unrecorded (keys, secrets, erasures, the configuration) within its own
 * transaction. While the database is away entries wait; when no more fit, changes are refused
 * before they are begun.
 */
@ApplicationScoped
public class AuditLog {

    private static final Logger LOG = Logger.getLogger(AuditLog.class);
    private static final int BATCH = 200;
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final Connections connections;
    private final BlockingQueue<AuditedCall> waiting;
    private final Object written = new Object();
    private volatile boolean stopping;
    private volatile boolean busy;
    private volatile boolean isAway;
    private @Nullable Thread writer;

    AuditLog(ServiceConnections connections, SecurityConfig config, MeterRegistry meters) {
        this.connections = connections;
        this.waiting = new LinkedBlockingQueue<>(config.auditQueue());
        Gauge.builder("auspex.audit.waiting", waiting, BlockingQueue::size)
                .description("Entries of the audit log that wait for the database")
                .register(meters);
    }

    void start(@Observes StartupEvent started) {
        AuditChain.Anchor head =
                connections.transaction(connection -> AuditChain.head(connection, false));
        // Whoever keeps logs elsewhere keeps an anchor of the chain with them.
        LOG.infof("audit log: head %s", head);
        writer = Thread.ofVirtual().name("audit").start(this::write);
    }

    void stop(@Observes ShutdownEvent stopped) throws InterruptedException {
        stopping = true;
        Thread thread = writer;
        if (thread != null && !thread.join(LAST_WORDS)) {
            LOG.errorf("%d entries of the audit log could not be written", waiting.size());
            thread.interrupt();
        }
    }

    /** Whether a change can be recorded: ask before it is begun. */
    public boolean hasRoom() {
        return waiting.remainingCapacity() > 0;
    }

    /** Records a call, soon. Never blocks. */
    public void record(AuditedCall call) {
        if (!waiting.offer(call)) {
            LOG.errorf(
                    "the audit log takes no more: %s %s was not recorded",
                    call.action(), call.outcome());
        }
    }

    /** Records something within the transaction that does it. */
    static void append(Connection connection, AuditedCall call) throws SQLException {
        AuditChain.append(connection, List.of(entry(connection, call)));
    }

    /**
     * For what will be recorded within a transaction of the reactive client. Blocks.
     *
     * @param call without what it changes, which that transaction knows
     */
    public AuditedChange begin(AuditedCall call) {
        return new AuditedChange(connections.transaction(connection -> entry(connection, call)));
    }

    /** Rows after a sequence number, in its order. Blocks. */
    public List<AuditView> rows(long after, int limit, @Nullable String action) {
        return connections.transaction(
                connection -> AuditRows.views(connection, after, limit, action));
    }

    /**
     * Reads the whole chain. Blocks.
     *
     * @param anchor {@code <seq>:<hash>} that it must pass through; null for none
     * @throws IllegalArgumentException when the anchor is none
     */
    public AuditReport verify(@Nullable String anchor) {
        return verify(connections, anchor, _ -> {});
    }

    static AuditReport verify(
            Connections connections, @Nullable String anchor, LongConsumer progress) {
        AuditChain.Anchor parsed =
                anchor == null
                        ? null
                        : AuditChain.Anchor.parse(anchor)
                                .orElseThrow(() ->
                                        new IllegalArgumentException(
                                                "an anchor is <seq>:<hash>, as an earlier check"
                                                        + " printed it"));
        return connections.transaction(
                connection -> AuditChain.verify(connection, parsed, progress));
    }

    /** Waits until everything recorded so far is in the database. For tests and for reading. */
    public void flush() {
        synchronized (written) {
            while ((!waiting.isEmpty() || busy) && !stopping) {
                try {
                    written.wait(RETRY.toMillis());
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    return;
                }
                if (!waiting.isEmpty() && isAway) {
                    return;
                }
            }
        }
    }

    private void write() {
        List<AuditedCall> batch = new ArrayList<>();
        while (true) {
            try {
                AuditedCall first = waiting.poll(RETRY.toMillis() / 10, TimeUnit.MILLISECONDS);
                if (first == null) {
                    if (stopping) {
                        return;
                    }
                    continue;
                }
                busy = true;
                batch.add(first);
                waiting.drainTo(batch, BATCH - 1);
                writeUntilDone(batch);
                batch.clear();
            } catch (InterruptedException interrupted) {
                LOG.errorf("%d entries of the audit log are lost", batch.size() + waiting.size());
                return;
            } finally {
                busy = false;
                synchronized (written) {
                    written.notifyAll();
                }
            }
        }
    }

    private void writeUntilDone(List<AuditedCall> batch) throws InterruptedException {
        while (true) {
            try {
                connections.transaction(connection -> {
                    List<AuditEntry> entries = new ArrayList<>();
                    for (AuditedCall call : batch) {
                        entries.add(entry(connection, call));
                    }
                    AuditChain.append(connection, entries);
                    return entries.size();
                });
                if (isAway) {
                    LOG.info("the audit log can be written again");
                    isAway = false;
                }
                return;
            } catch (DatabaseFailedException away) {
                if (!isAway) {
                    LOG.warnf("the audit log waits for the database: %s", away.getMessage());
                    isAway = true;
                }
                Thread.sleep(RETRY);
            }
        }
    }

    private static AuditEntry entry(Connection connection, AuditedCall call) throws SQLException {
        Caller caller = call.caller();
        String actor = caller.pseudonym();
        String origin = call.address();
        boolean isSomebody = caller.isKnown() && !caller.via().equals(Caller.ENVIRONMENT);
        if (isSomebody) {
            // A caller who was erased since keeps the pseudonym, and the address goes unrecorded.
            Subjects.Subject subject =
                    actor == null
                            ? Subjects.of(connection, caller.subject())
                            : Subjects.find(connection, caller.subject())
                                    .filter(found -> found.pseudonym().equals(caller.pseudonym()))
                                    .orElse(null);
            origin = subject == null ? "erased" : AuditRows.sealed(call.address(), subject);
            actor = subject == null ? actor : subject.pseudonym();
        }
        return new AuditEntry(
                call.at(),
                actor == null ? "anonymous" : actor,
                caller.via(),
                caller.isKnown() ? caller.role().text() : "none",
                origin,
                call.action(),
                call.target(),
                call.outcome(),
                call.detail());
    }
}
