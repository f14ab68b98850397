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
import java.util.TreeMap;
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

        /** Without a word of the hours, as if this one were known. */
        UnusualUse.History alone() {
            return new UnusualUse.History(perMinute, minutes, 0, true);
        }
    }

    /** What a key did since the last look. */
    private record Minute(KeyActivity.Counts counts, long lastMillis) {}

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

    /**
     * Judges what was counted since the last look. A database that is away costs the rule of the
     * hours, and nothing else: what a minute was is known without it.
     */
    synchronized void look(Instant now) {
        usual.keySet().retainAll(ring.activities().keySet());
        said.values().removeIf(at -> at.plus(QUIET).isBefore(now));
        // All of them first: whatever keeps one key waiting is not to make the others' minute long.
        Map<String, Minute> minutes = new TreeMap<>();
        ring.activities()
                .forEach((id, activity) ->
                        minutes.put(id, new Minute(activity.take(), activity.lastMillis())));
        boolean answers = true;
        for (Map.Entry<String, Minute> entry : minutes.entrySet()) {
            if (entry.getValue().counts().calls() > 0) {
                answers = look(entry.getKey(), entry.getValue(), now, answers);
            }
        }
    }

    /** Asks the database no further once it has failed; returns whether it is to be asked. */
    private boolean look(String id, Minute minute, Instant now, boolean ask) {
        Usual before = usual.getOrDefault(id, new Usual(0, 0));
        OffsetDateTime time = now.atOffset(ZoneOffset.UTC);
        boolean answers = ask;
        UnusualUse.History history = before.alone();
        if (ask) {
            try {
                history = remembered(id, minute, time, before);
            } catch (RuntimeException away) {
                LOG.warnf("the hours of keys are not looked at: %s", away.getMessage());
                answers = false;
            }
        }
        UnusualUse.judge(minute.counts(), history, time.getHour(), rules)
                .ifPresent(unusual -> say(id, unusual, now));
        usual.put(id, before.with(minute.counts().calls()));
        return answers;
    }

    private UnusualUse.History remembered(
            String id, Minute minute, OffsetDateTime time, Usual before) {
        return connections.transaction(connection -> {
            store.used(connection, id, Instant.ofEpochMilli(minute.lastMillis()));
            UnusualUse.History known = history(connection, id, time, before);
            remember(connection, id, time);
            return known;
        });
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
