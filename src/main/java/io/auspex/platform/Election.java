package io.auspex.platform;

import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One process' standing for an office. It is held under an advisory lock of PostgreSQL, on a
 * session of its own, for as long as that session lives: the lock of a process that was killed is
 * free at once. The holder also shows in the table {@code leader} that it lives; one that has not
 * for {@code auspex.leader.patience}, because it hangs or its connection does, has its session
 * ended by whoever sees it first.
 *
 * <p>The holder's name in that table is what the database compares writes with, so that a former
 * leader that wakes up is refused (V9). A leader whose own session breaks goes on working while it
 * tries to get the lock back: its writes are refused from the moment on at which another has it.
 *
 * <p>One virtual thread; the candidate is called on it.
 */
public final class Election implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Election.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private static final String LOCK =
            "select pg_try_advisory_lock(hashtextextended('auspex:' || $1::text, 0)) as mine";

    private static final String TAKE =
            """
            insert into leader (office, holder, host, term, since, heartbeat_at)
            values ($1, $2, $3, 1, clock_timestamp(), clock_timestamp())
            on conflict (office) do update
            set holder = excluded.holder, host = excluded.host, term = leader.term + 1,
                since = excluded.since, heartbeat_at = excluded.heartbeat_at
            returning term, since
            """;

    private static final String KEEP =
            """
            update leader set heartbeat_at = clock_timestamp()
            where office = $1 and holder = $2 and term = $3
            returning term
            """;

    private static final String LOOK =
            """
            select holder, host, term, since,
                   (extract(epoch from clock_timestamp() - heartbeat_at) * 1000)::bigint as silent_millis
            from leader where office = $1
            """;

    /** The session that has the lock, and no other. */
    private static final String END =
            """
            select pg_terminate_backend(l.pid) from pg_locks l
            where l.locktype = 'advisory' and l.granted and l.objsubid = 1
              and l.database = (select oid from pg_database where datname = current_database())
              and ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended('auspex:' || $1::text, 0)
              and l.pid <> pg_backend_pid()
            """;

    private final DatabaseSessions sessions;
    private final String office;
    private final Duration checkEvery;
    private final Duration patience;
    private final Candidate candidate;
    private final Semaphore stop = new Semaphore(0);
    private final Thread thread;
    private @Nullable PgConnection session;
    private boolean sessionHasLock;
    private volatile @Nullable Term mine;
    private volatile @Nullable Holder holder;

    /** Who stands for an office. */
    public interface Candidate {

        /** The office is this process': what belongs to it may begin. */
        void elected();

        /** It is not any more. What was begun has to end; the database refuses its writes. */
        void deposed();
    }

    /**
     * Who holds an office.
     *
     * @param process its name
     * @param term how often the office has changed hands
     */
    public record Holder(String process, String host, long term, Instant since) {}

    private record Term(long number) {}

    Election(
            DatabaseSessions sessions,
            String office,
            Duration checkEvery,
            Duration patience,
            Candidate candidate) {
        if (patience.compareTo(checkEvery.multipliedBy(2)) < 0) {
            throw new IllegalArgumentException(
                    "auspex.leader.patience must be at least twice auspex.leader.check-every");
        }
        this.sessions = sessions;
        this.office = office;
        this.checkEvery = checkEvery;
        this.patience = patience;
        this.candidate = candidate;
        this.thread = Thread.ofVirtual().name("election " + office).unstarted(this::run);
    }

    void begin() {
        thread.start();
    }

    /** Whether this process holds the office, as far as it knows. */
    public boolean leads() {
        return mine != null;
    }

    /** Who holds it, as far as this process knows; empty before the first look. */
    public Optional<Holder> holder() {
        return Optional.ofNullable(holder);
    }

    /** Lets the office go; the candidate is not told. */
    @Override
    public void close() {
        stop.release();
        thread.interrupt();
        try {
            if (!thread.join(CLOSE_TIMEOUT.multipliedBy(2))) {
                LOG.debugf("%s is let go when the session ends", office);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            do {
                look();
            } while (!stop.tryAcquire(checkEvery.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException closed) {
            LOG.debugf("%s: closed", office);
        }
        mine = null;
        // Closing a session takes a thread that is not interrupted.
        boolean _ = Thread.interrupted();
        drop();
    }

    /** The edge of the thread: whatever goes wrong is tried again. */
    private void look() {
        try {
            if (sessionHasLock) {
                keep();
            } else {
                contend();
            }
        } catch (RuntimeException failure) {
            if (!Thread.currentThread().isInterrupted()) {
                LOG.debugf("%s: %s", office, failure.getMessage());
                drop();
            }
        }
    }

    private void contend() {
        if (row(LOCK, Tuple.of(office)).orElseThrow().getBoolean("mine")) {
            sessionHasLock = true;
            take();
            return;
        }
        row(LOOK, Tuple.of(office)).ifPresent(this::seen);
    }

    /** The lock is free: nobody has it, or it was this process' and its session broke. */
    private void take() {
        Term before = mine;
        if (before != null && keeps(before)) {
            return;
        }
        if (before != null) {
            depose("it was held by another process meanwhile");
        }
        Row taken =
                row(TAKE, Tuple.of(office, sessions.process(), ProcessName.host())).orElseThrow();
        Term term = new Term(taken.getLong("term"));
        holder =
                new Holder(
                        sessions.process(),
                        ProcessName.host(),
                        term.number(),
                        instant(taken.getOffsetDateTime("since")));
        mine = term;
        LOG.debugf("%s: term %d is ours", office, term.number());
        candidate.elected();
    }

    private void keep() {
        Term held = mine;
        if (held == null || !keeps(held)) {
            depose("another process has taken over");
            drop();
        }
    }

    private boolean keeps(Term term) {
        return row(KEEP, Tuple.of(office, sessions.process(), term.number())).isPresent();
    }

    private void seen(Row row) {
        Holder present =
                new Holder(
                        row.getString("holder"),
                        row.getString("host"),
                        row.getLong("term"),
                        instant(row.getOffsetDateTime("since")));
        boolean isOurs = present.process().equals(sessions.process());
        Duration silent = Duration.ofMillis(row.getLong("silent_millis"));
        if (!isOurs) {
            holder = present;
            if (leads()) {
                depose("%s has taken over".formatted(present.process()));
            }
        }
        // A session of ours that has the lock is one that we have given up.
        if (isOurs || silent.compareTo(patience) > 0) {
            LOG.infof(
                    "%s: %s has said nothing for %d s, its session is ended",
                    office, present.process(), silent.toSeconds());
            var _ = row(END, Tuple.of(office));
            contendAgain();
        }
    }

    /** A session that was ended lets go of its lock within moments. */
    private void contendAgain() {
        for (int attempt = 0; attempt < 10 && !sessionHasLock; attempt++) {
            if (row(LOCK, Tuple.of(office)).orElseThrow().getBoolean("mine")) {
                sessionHasLock = true;
                take();
                return;
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("closed", closed);
        }
    }

    private void depose(String why) {
        if (mine != null) {
            mine = null;
            LOG.warnf("%s: not ours any more, %s", office, why);
            candidate.deposed();
        }
    }

    private Optional<Row> row(String sql, Tuple parameters) {
        PgConnection open = session;
        if (open == null) {
            open = sessions.open();
            session = open;
        }
        RowSet<Row> rows =
                DatabaseSessions.await(
                        open.preparedQuery(sql).execute(parameters), patience.dividedBy(2));
        Iterator<Row> found = rows.iterator();
        return found.hasNext() ? Optional.of(found.next()) : Optional.empty();
    }

    /** The lock goes with the session. */
    private void drop() {
        PgConnection open = session;
        session = null;
        sessionHasLock = false;
        if (open != null) {
            try {
                var _ = DatabaseSessions.await(open.close(), CLOSE_TIMEOUT);
            } catch (RuntimeException broken) {
                LOG.debugf("%s: the session was broken: %s", office, broken.getMessage());
            }
        }
    }

    private static Instant instant(OffsetDateTime time) {
        return time.toInstant();
    }
}
