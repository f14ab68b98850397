package io.auspex.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.api.guard.SecuredProfile;
import io.auspex.platform.PostgresResource;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(SecuredProfile.class)
class KeyWatchTest {

    private static final Instant NOON = Instant.parse("2030-05-01T12:00:30Z");

    @Inject KeyWatch watch;
    @Inject Keys keys;
    @Inject KeyRing ring;
    @Inject AuditLog audit;
    @Inject MeterRegistry meters;
    @Inject Heard heard;
    @Inject DataSource database;

    /** Whoever wants to hear. */
    @ApplicationScoped
    static class Heard {
        final Queue<KeyUsedUnusually> news = new ConcurrentLinkedQueue<>();

        void hear(@Observes KeyUsedUnusually event) {
            news.add(event);
        }

        List<String> rules(String id) {
            return news.stream()
                    .filter(event -> event.keyId().equals(id))
                    .map(KeyUsedUnusually::rule)
                    .toList();
        }
    }

    @Test
    void saysOnceThatAKeyIsRefusedALotAndWhenItWasUsedLast() {
        String id = key("refused");
        use(id, 40, 25, NOON);
        watch.look(NOON);
        use(id, 40, 25, NOON.plusSeconds(60));
        watch.look(NOON.plusSeconds(60));
        assertThat(heard.rules(id)).containsExactly("refusals");
        use(id, 40, 25, NOON.plus(Duration.ofMinutes(70)));
        watch.look(NOON.plus(Duration.ofMinutes(70)));
        assertThat(heard.rules(id)).as("again after an hour").hasSize(2);
        audit.flush();
        assertThat(audit.rows(0, 10_000, "key.unusual"))
                .anySatisfy(row -> {
                    assertThat(row.target()).endsWith(id);
                    assertThat(row.outcome()).isEqualTo("refusals");
                });
        assertThat(meters.get("auspex.security.unusual").tag("rule", "refusals").counter().count())
                .isGreaterThanOrEqualTo(2);
        assertThat(keys.keys())
                .filteredOn(key -> key.id().equals(id))
                .extracting(ApiKey::lastUsedAt)
                .containsExactly(NOON.plus(Duration.ofMinutes(70)));
    }

    @Test
    void anHourOfTheDayInWhichItWasNeverUsedIsUnusualAfterAWeek() {
        String id = key("by-day");
        for (int day = 0; day < 7; day++) {
            Instant time = NOON.plus(Duration.ofDays(day));
            use(id, 5, 0, time);
            watch.look(time);
        }
        assertThat(heard.rules(id)).isEmpty();
        Instant night = NOON.plus(Duration.ofDays(7)).plus(Duration.ofHours(15));
        use(id, 1, 0, night);
        watch.look(night);
        assertThat(heard.rules(id)).containsExactly("hours");
        Instant nextNight = night.plus(Duration.ofDays(1));
        use(id, 1, 0, nextNight);
        watch.look(nextNight);
        assertThat(heard.rules(id)).as("known by now").hasSize(1);
    }

    @Test
    void tenTimesTheUsualCallsAreUnusualOnceTheUsualOnesAreKnown() {
        String id = key("by-rate");
        Instant time = NOON;
        for (int minute = 0; minute < UnusualUse.KNOWN_AFTER_MINUTES; minute++) {
            // Its mean is 100; a minute without a call says nothing of one with.
            use(id, minute % 2 == 0 ? 80 : 120, 0, time);
            watch.look(time);
            watch.look(time.plusSeconds(30));
            time = time.plusSeconds(60);
        }
        assertThat(heard.rules(id)).isEmpty();
        use(id, 999, 0, time);
        watch.look(time);
        assertThat(heard.rules(id)).isEmpty();
        // What is usual now: 100 + (999 - 100) / 61.
        use(id, 1_147, 0, time.plusSeconds(60));
        watch.look(time.plusSeconds(60));
        assertThat(heard.rules(id)).isEmpty();
        // 114.7 + (1147 - 114.7) / 62.
        use(id, 1_320, 0, time.plusSeconds(120));
        watch.look(time.plusSeconds(120));
        assertThat(heard.rules(id)).containsExactly("rate");
    }

    @Test
    void aDatabaseThatIsAwayNeitherHidesAMinuteNorAddsTwoUp() throws Exception {
        String one = key("away-one");
        String other = key("away-other");
        String refused = key("away-refused");
        execute("alter table api_key_hour rename to api_key_hour_away");
        try {
            use(one, 15, 15, NOON);
            use(other, 15, 15, NOON);
            use(refused, 25, 25, NOON);
            watch.look(NOON);
        } finally {
            execute("alter table api_key_hour_away rename to api_key_hour");
        }
        assertThat(heard.rules(refused)).containsExactly("refusals");
        use(one, 15, 15, NOON.plusSeconds(60));
        use(other, 15, 15, NOON.plusSeconds(60));
        watch.look(NOON.plusSeconds(60));
        assertThat(heard.rules(one)).isEmpty();
        assertThat(heard.rules(other)).isEmpty();
    }

    private void execute(String statement) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }

    private String key(String name) {
        return keys.create(
                        new NewKey(name, Role.VIEWER, name, null),
                        new Keys.By(Caller.ANYBODY, "test"))
                .key()
                .id();
    }

    private void use(String id, int calls, int refusals, Instant at) {
        KeyActivity activity = ring.activities().get(id);
        for (int i = 0; i < calls; i++) {
            activity.called(at.toEpochMilli());
        }
        for (int i = 0; i < refusals; i++) {
            activity.refused();
        }
    }
}
