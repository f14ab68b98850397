package io.auspex.security;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Looks once a minute at how every key was used, remembers in which hours of the day it is, and
 * says when that is unusual: a warning in the log, a metric, a row of the audit log, an event. The
 * same of the same key at most once an hour.
 */
@ApplicationScoped
class KeyWatch {

    private static final Logger LOG = Logger.getLogger(KeyWatch.class);
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final Duration QUIET = Duration.ofHours(1);

    /** Weight of a minute in the usual rate: half of it is of the last two hours of use. */
    private static final double NEWEST = 1.0 / 180;

    private final KeyRing ring;
    private final Connections connections;
    private final KeyStore store = new KeyStore();
    private final SecurityConfig.Unusual rules;
    private final AuditLog audit;
    private final MeterRegistry meters;
    private final Event<KeyUsedUnusually> news;
    private final InstantSource clock;
    private final Map<String, Usual> usual = new HashMap<>();
    private final Map<String, Instant> said = new HashMap<>();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofVirtual().name("key-watch").factory());

    /** How many calls a key makes in a minute in which it calls. */
    private record Usual(double perMinute, long minutes) {

        Usual with(long calls) {
            // The mean at first, then what is newer counts more.
            double weight = Math.max(NEWEST, 1.0 / (minutes + 1));
            return new Usual(perMinute + weight * (calls - perMinute), minutes + 1);
        }
    }

    KeyWatch(
            KeyRing ring,
            ServiceConnections connections,
            SecurityConfig config,
            AuditLog audit,
            MeterRegistry meters,
            Event<KeyUsedUnusually> news,
            InstantSource clock) {
        this.ring = ring;
        this.connections = connections;
        this.rules = config.unusual();
        this.audit = audit;
        this.meters = meters;
        this.news = news;
        this.clock = clock;
    }

    void start(@Observes StartupEvent started) {
        timer.scheduleWithFixedDelay(
                this::lookQuietly, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent stopped) {
        timer.shutdownNow();
    }

    private void lookQuietly() {
        try {
            look(clock.instant());
        } catch (RuntimeException failure) {
            LOG.warnf("the use of keys could not be looked at: %s", failure.getMessage());
        }
    }

    /** Judges what was counted since the last look. */
    synchronized void look(Instant now) {
        usual.keySet().retainAll(ring.activities().keySet());
        said.values().removeIf(at -> at.plus(QUIET).isBefore(now));
        ring.activities()
                .forEach((id, activity) -> {
                    KeyActivity.Counts minute = activity.take();
                    if (minute.calls() > 0) {
                        look(id, minute, activity.lastMillis(), now);
                    }
                });
    }

    private void look(String id, KeyActivity.Counts minute, long lastMillis, Instant now) {
        OffsetDateTime time = now.atOffset(ZoneOffset.UTC);
        Usual before = usual.getOrDefault(id, new Usual(0, 0));
        UnusualUse.History history =
                connections.transaction(connection -> {
                    store.used(connection, id, Instant.ofEpochMilli(lastMillis));
                    UnusualUse.History known = history(connection, id, time, before);
                    remember(connection, id, time);
                    return known;
                });
        UnusualUse.judge(minute, history, time.getHour(), rules)
                .ifPresent(unusual -> say(id, unusual, now));
        usual.put(id, before.with(minute.calls()));
    }

    private void say(String id, UnusualUse unusual, Instant now) {
        if (said.putIfAbsent(id + ":" + unusual.rule(), now) != null) {
            return;
        }
        LOG.warnf("key %s is used unusually (%s): %s", id, unusual.rule(), unusual.detail());
        Counter.builder("auspex.security.unusual")
                .tag("rule", unusual.rule())
                .description("Unusual uses of keys")
                .register(meters)
                .increment();
        audit.record(
                new AuditedCall(
                        now,
                        Caller.ANYBODY,
                        "auspex",
                        "key.unusual",
                        "/api/keys/" + id,
                        unusual.rule(),
                        unusual.detail()));
        news.fire(new KeyUsedUnusually(id, unusual.rule(), unusual.detail(), now));
    }

    private static UnusualUse.History history(
            Connection connection, String id, OffsetDateTime time, Usual usual)
            throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement(
                        "select coalesce(max(days), 0), coalesce(bool_or(hour = ?), false)"
                                + " from api_key_hour where key_id = ?")) {
            select.setInt(1, time.getHour());
            select.setString(2, id);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return new UnusualUse.History(
                        usual.perMinute(), usual.minutes(), row.getInt(1), row.getBoolean(2));
            }
        }
    }

    /** One more day in this hour, unless it was counted today. */
    private static void remember(Connection connection, String id, OffsetDateTime time)
            throws SQLException {
        LocalDate today = time.toLocalDate();
        try (PreparedStatement upsert =
                connection.prepareStatement(
                        "insert into api_key_hour (key_id, hour, days, last_day)"
                                + " select id, ?, 1, ? from api_key where id = ?"
                                + " on conflict (key_id, hour) do update"
                                + " set days = api_key_hour.days + 1, last_day = excluded.last_day"
                                + " where api_key_hour.last_day < excluded.last_day")) {
            upsert.setInt(1, time.getHour());
            upsert.setObject(2, today);
            upsert.setString(3, id);
            upsert.executeUpdate();
        }
    }
}
