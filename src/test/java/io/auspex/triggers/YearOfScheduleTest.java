package io.auspex.triggers;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A year passes, five minutes a step, by a clock that nobody waits for. */
class YearOfScheduleTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Duration STEP = Duration.ofMinutes(5);
    private static final MarketSpec MARKET =
            new MarketSpec("simulated", List.of(), Timeframe.FIVE_MINUTES);

    private final List<Instant> starts = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private RefitHistory stored = RefitHistory.none(now);

    @Test
    void everySundayAtThreeInBerlinAlsoAcrossBothClockChanges() {
        run("weekly sunday 03:00", now.plus(Duration.ofDays(365)));
        assertThat(starts)
                .hasSize(52)
                .allSatisfy(start -> {
                    ZonedDateTime local = start.atZone(BERLIN);
                    assertThat(local.getDayOfWeek()).isEqualTo(DayOfWeek.SUNDAY);
                    assertThat(local.toLocalTime()).isEqualTo(LocalTime.of(3, 0));
                });
        // Winter time is UTC+1, summer time UTC+2, from 29 March to 25 October 2026.
        assertThat(starts)
                .contains(
                        Instant.parse("2026-03-22T02:00:00Z"),
                        Instant.parse("2026-03-29T01:00:00Z"),
                        Instant.parse("2026-04-05T01:00:00Z"),
                        Instant.parse("2026-10-18T01:00:00Z"),
                        Instant.parse("2026-10-25T02:00:00Z"));
    }

    @Test
    void aRunThatWasMissedWhileTheServiceWasDownHappensOnce() {
        Instant down = Instant.parse("2026-06-03T10:00:00Z");
        Instant up = Instant.parse("2026-06-24T17:30:00Z");
        run("weekly sunday 03:00", down);
        int before = starts.size();
        now = up;
        run("weekly sunday 03:00", Instant.parse("2026-06-29T00:00:00Z"));
        // Three Sundays were missed; one refit makes up for them, the next is on time.
        assertThat(starts.subList(before, starts.size()))
                .containsExactly(up, Instant.parse("2026-06-28T01:00:00Z"));
    }

    @Test
    void cronSaysTheSameAsWeekly() {
        Instant end = now.plus(Duration.ofDays(365));
        run("weekly sunday 03:00", end);
        List<Instant> weekly = List.copyOf(starts);
        starts.clear();
        now = Instant.parse("2026-01-01T00:00:00Z");
        stored = RefitHistory.none(now);
        run("cron 0 3 * * 0", end);
        assertThat(starts).isEqualTo(weekly);
    }

    @Test
    void anIntervalCountsFromTheLastStart() {
        run("every 36h", now.plus(Duration.ofDays(365)));
        assertThat(starts).hasSize(365 * 24 / 36);
        for (int i = 1; i < starts.size(); i++) {
            assertThat(Duration.between(starts.get(i - 1), starts.get(i)))
                    .isEqualTo(Duration.ofHours(36));
        }
    }

    /** On 29 March 2026 02:30 is left out in Berlin, on 25 October it comes twice. */
    @Test
    void aTimeThatTheClockChangeLeavesOutIsLaterAndOneThatItRepeatsCountsOnce() {
        run("weekly sunday 02:30", now.plus(Duration.ofDays(365)));
        assertThat(starts)
                .hasSize(52)
                .contains(
                        Instant.parse("2026-03-29T01:30:00Z"),
                        Instant.parse("2026-10-25T00:30:00Z"))
                .doesNotContain(Instant.parse("2026-10-25T01:30:00Z"));
    }

    @Test
    void aMarketThatBeginsAnewIsNotHeldBackByWhatWasLater() {
        run("every 24h", now.plus(Duration.ofDays(10)));
        assertThat(starts).hasSize(10);
        starts.clear();
        now = Instant.parse("2025-01-01T00:00:00Z");
        stored = new RefitHistory(now, stored.starts(), null, 0, null);
        run("every 24h", now.plus(Duration.ofDays(10)));
        assertThat(starts).hasSize(10);
    }

    /** Every refit takes an hour; the memory begins with what is stored, as after a start. */
    private void run(String schedule, Instant end) {
        ModelTriggers model =
                new ModelTriggers(
                        "m",
                        MARKET,
                        new ModelTriggers.Stored(
                                Fixtures.scheduled(schedule, "Europe/Berlin"),
                                false,
                                stored,
                                null,
                                null));
        model.counted(1_000_000);
        while (!now.isAfter(end)) {
            RefitDecision decision = model.decide(surroundings()).orElseThrow();
            if (decision instanceof RefitDecision.Start) {
                long id = 1_000L + stored.starts().size() + starts.size();
                model.started(id, now, now);
                model.counted(1_000_000);
                starts.add(now);
                stored = model.history().succeeded(id);
                model.reload(
                        new ModelTriggers.Stored(
                                Fixtures.scheduled(schedule, "Europe/Berlin"),
                                false,
                                stored,
                                null,
                                null));
            }
            now = now.plus(STEP);
        }
    }

    private ModelTriggers.Surroundings surroundings() {
        return new ModelTriggers.Surroundings(now, true, Optional.empty(), _ -> null);
    }
}
