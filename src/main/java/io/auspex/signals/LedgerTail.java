package io.auspex.signals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Await;
import io.auspex.platform.DatabaseNews;
import io.auspex.platform.DatabaseSessions;
import io.auspex.platform.Json;
import io.auspex.platform.Role;
import io.auspex.platform.Roles;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Publishes here what other processes have appended to the ledger: hears of each append by {@code
 * NOTIFY}, reads what is newer than the newest published, in the order of its sequence, and hands
 * it to the {@link SignalHub} close by close. It looks every {@code auspex.signals.follow-every}
 * besides, for what it did not hear of. So the subscribers of every process see the same signals in
 * the same order, none left out.
 */
@ApplicationScoped
class LedgerTail {

    /** NOTIFY of every statement that has moved the ledger's head. */
    static final String CHANNEL = "auspex_signals";

    private static final int PAGE = 1_000;
    private static final Logger LOG = Logger.getLogger(LedgerTail.class);

    private final SignalLedger ledger;
    private final SignalHub hub;
    private final SignalsConfig config;
    private final DatabaseNews news;
    private final DatabaseSessions sessions;
    private final Roles roles;
    private final Semaphore wake = new Semaphore(0);
    private volatile boolean stopping;

    @Inject
    LedgerTail(
            SignalLedger ledger,
            SignalHub hub,
            SignalsConfig config,
            DatabaseNews news,
            DatabaseSessions sessions,
            Roles roles) {
        this.ledger = ledger;
        this.hub = hub;
        this.config = config;
        this.news = news;
        this.sessions = sessions;
        this.roles = roles;
    }

    /** After the hub knows the ledger, and after those who subscribe at start. */
    void start(@Observes @Priority(SignalPipeline.RESTORE_PRIORITY + 10) StartupEvent started) {
        if (!roles.has(Role.SERVE) && !roles.has(Role.INGEST)) {
            // Nobody is told of signals here.
            return;
        }
        hub.readGapsFrom(this::read);
        news.listen(CHANNEL, this::heard);
        var _ = Thread.ofVirtual().name("ledger-tail").start(this::run);
    }

    void stop(@Observes ShutdownEvent stopped) {
        stopping = true;
        wake.release();
    }

    /** On an event loop. What this process has appended it publishes itself, without reading it. */
    private void heard(String payload) {
        try {
            JsonNode append = Json.mapper().readTree(payload);
            if (!append.path("process").asText().equals(sessions.process())
                    && append.path("seq").asLong() > hub.newest()) {
                wake.release();
            }
        } catch (JsonProcessingException foreign) {
            LOG.warnf("not news of signals: %s", payload);
        }
    }

    private void run() {
        while (!stopping) {
            try {
                follow();
                if (wake.tryAcquire(config.followEvery().toMillis(), TimeUnit.MILLISECONDS)) {
                    int _ = wake.drainPermits();
                }
            } catch (InterruptedException stopped) {
                return;
            }
        }
    }

    /** Everything that is newer than the newest published. The edge of the thread. */
    void follow() {
        try {
            List<Signal> page;
            do {
                page = read(hub.newest(), PAGE);
                closes(page).forEach(hub::publish);
            } while (page.size() == PAGE && !stopping);
        } catch (RuntimeException away) {
            LOG.debugf("the ledger is not followed now: %s", away.getMessage());
        }
    }

    private List<Signal> read(long after, int limit) {
        return Await.item(() -> ledger.after(null, after, limit));
    }

    /** One publication a close, as the process that made them has published them. */
    static List<List<Signal>> closes(List<Signal> inOrder) {
        List<List<Signal>> closes = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= inOrder.size(); i++) {
            if (i == inOrder.size() || !isOfSameClose(inOrder.get(i - 1), inOrder.get(i))) {
                closes.add(inOrder.subList(from, i));
                from = i;
            }
        }
        return closes;
    }

    private static boolean isOfSameClose(Signal one, Signal other) {
        return one.feed().equals(other.feed()) && one.closeTime().equals(other.closeTime());
    }
}
