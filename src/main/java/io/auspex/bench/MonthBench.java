package io.auspex.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.ingest.SimulatedMarket;
import io.auspex.market.Timeframe;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hipparchus.distribution.continuous.BetaDistribution;

/**
 * A simulated month of the packaged service at {@code --speed=max}, with its default rules; the
 * market's law may turn into the opposite in the middle. What happened is read from the API alone.
 */
final class MonthBench {

    private static final String MODEL = ServiceUnderTest.REFITTED;
    private static final int HEAP_MEGABYTES = 1024;
    private static final long LOOK_MILLIS = 1_000;
    private static final Duration PATIENCE = Duration.ofMinutes(60);

    /** Within so many days a change has to start a refit. */
    private static final int NOTICE_DAYS = 4;

    /** Of the skill that a full refit each day gives. */
    private static final double OF_DAILY = 0.9;

    /** Days at the end over which the recovered skill is taken: of a month, five. */
    private static int lastDays(int days) {
        return Math.max(2, days / 6);
    }

    /** A schedule is on time when its refit was decided upon within. */
    private static final Duration ON_TIME = Duration.ofHours(24);

    /** One month: what it was, what it told, how good it was. */
    record Month(
            SimulatedMarket market, int days, int changeDay, MonthStory story, MonthSkill skill) {

        Instant changedAt() {
            return Instant.ofEpochMilli(market.historyEndMillis()).plus(Duration.ofDays(changeDay));
        }
    }

    private MonthBench() {}

    static void run(BenchOptions options, PrintStream out, PrintStream log) throws Exception {
        options.only(
                "seeds",
                "first-seed",
                "strength",
                "days",
                "change-day",
                "history",
                "symbols",
                "schedule",
                "recovered",
                "daily");
        double strength = Double.parseDouble(options.text("strength", "1"));
        int days = options.number("days", 30, 2);
        int changeDay = options.number("change-day", strength == 0 ? 0 : 15, 0);
        int first = options.number("first-seed", 7, 0);
        String schedule = options.text("schedule", "");
        double recovered = Double.parseDouble(options.text("recovered", "0.8"));
        List<String> rules =
                schedule.isEmpty() ? List.of() : List.of("--refit.rules.schedule=" + schedule);
        out.println(MachineText.describe());
        List<Month> months = new ArrayList<>();
        for (int i = 0; i < options.number("seeds", 1, 1); i++) {
            int history = options.number("history", 45, 10);
            SimulatedMarket market =
                    new SimulatedMarket(
                            first + i,
                            strength,
                            options.number("symbols", 5, 1),
                            history,
                            Timeframe.FIVE_MINUTES,
                            0,
                            changeDay == 0 ? 0 : history + changeDay);
            long start = System.nanoTime();
            Month month = month(market, days, changeDay, rules, log);
            out.printf(
                    Locale.ROOT,
                    "%n%s, %d days in %.0f s%n%n",
                    market.identity(),
                    days,
                    (System.nanoTime() - start) / 1e9);
            print(month, schedule.isEmpty(), out);
            if (changeDay > 0) {
                change(month, recovered, out);
            }
            months.add(month);
            if (options.number("daily", 0, 0) > 0) {
                daily(month, log, out);
            }
        }
        replacements(months, out);
    }

    /** The best that refits in full can give: one each day, served whatever the gate says. */
    private static void daily(Month month, PrintStream log, PrintStream out)
            throws IOException, InterruptedException, SQLException {
        Month daily =
                month(
                        month.market(),
                        month.days(),
                        month.changeDay(),
                        List.of(
                                "--promote=always",
                                "--shadow.watch=false",
                                "--refit.rules.schedule=every 24h",
                                "--refit.rules.performance=false",
                                "--refit.rules.drift=false"),
                        log);
        double own = month.skill().over(0, month.days());
        double best = daily.skill().over(0, month.days());
        goal(
                out,
                own >= OF_DAILY * best,
                "skill %.3f; a full refit each day, %d in all and always served, has %.3f: %.2f of that (goal %.2f)"
                        .formatted(own, daily.story().refits().size(), best, own / best, OF_DAILY));
    }

    static Month month(
            SimulatedMarket market, int days, int changeDay, List<String> more, PrintStream log)
            throws IOException, InterruptedException, SQLException {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                ServiceStart.starters(),
                                "--feed=simulated",
                                "--speed=max",
                                "--simulated.seed=" + market.seed(),
                                "--simulated.strength=" + market.strength(),
                                "--simulated.symbols=" + market.symbolCount(),
                                "--simulated.days=" + market.historyDays(),
                                "--simulated.live-days=" + days,
                                "--simulated.change-after-days=" + market.changeAfterDays()));
        words.addAll(more);
        try (ServiceProcess service =
                ServiceProcess.ready(ServiceStart.with(words).withFixedHeap(HEAP_MEGABYTES))) {
            ServiceApi api = service.api();
            awaitEnd(api, log);
            MonthStory story = MonthStory.read(api, MODEL);
            ModelSpec spec =
                    Json.mapper()
                            .treeToValue(
                                    api.get("/api/models/" + MODEL).path("spec"), ModelSpec.class);
            return new Month(
                    market,
                    days,
                    changeDay,
                    story,
                    MonthSkill.of(market, spec, days, story.forecasts()));
        }
    }

    private static void awaitEnd(ServiceApi api, PrintStream log)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String told = "";
        while (System.nanoTime() < deadline) {
            JsonNode feed = api.get("/api/status").path("feed");
            switch (feed.path("state").asText()) {
                case "ENDED" -> {
                    return;
                }
                case "FAILED" -> throw new IOException("the feed failed: " + feed);
                default -> {
                    String day = feed.path("last_close").asText().split("T", 2)[0];
                    if (!day.equals(told)) {
                        log.println(day);
                        told = day;
                    }
                    Thread.sleep(LOOK_MILLIS);
                }
            }
        }
        throw new IOException("the month has not ended within " + PATIENCE);
    }

    private static void print(Month month, boolean weekly, PrintStream out) {
        for (MonthStory.Chapter chapter : month.story().chapters()) {
            out.printf(
                    "%s  %s%s: %s%n",
                    chapter.at(),
                    chapter.what(),
                    chapter.refit() == null ? "" : " of refit " + chapter.refit(),
                    chapter.why());
        }
        out.printf("%n| day | share of the possible skill |%n|---:|---:|%n");
        month.skill()
                .days()
                .forEach((day, gains) ->
                        out.printf(Locale.ROOT, "| %d | %.2f |%n", day + 1, gains.share()));
        out.println();
        if (weekly) {
            schedule(month, out);
        }
    }

    /** The default is weekly: every Sunday of the month but its first day has its refit. */
    private static void schedule(Month month, PrintStream out) {
        long scheduled =
                month.story().refits().values().stream()
                        .filter(MonthStory.Refit::bySchedule)
                        .count();
        long late =
                month.story().refits().values().stream()
                        .filter(MonthStory.Refit::bySchedule)
                        .filter(refit -> lateness(refit.at()).compareTo(ON_TIME) > 0)
                        .count();
        goal(
                out,
                scheduled > 0 && late == 0,
                "%d refits by schedule, %d of them more than %d h late"
                        .formatted(scheduled, late, ON_TIME.toHours()));
    }

    private static Duration lateness(Instant at) {
        // Sunday 2026-01-04T03:00Z, in weeks.
        long weeks = Duration.ofDays(7).toSeconds();
        long since = Duration.between(Instant.parse("2026-01-04T03:00:00Z"), at).toSeconds();
        return Duration.ofSeconds(Math.floorMod(since, weeks));
    }

    /**
     * @param recovered share of the skill before that has to come back: the shorter the time since,
     *     the less there was to learn from
     */
    private static void change(Month month, double recovered, PrintStream out) {
        Instant changed = month.changedAt();
        var noticed = month.story().firstTriggered(changed);
        double days =
                noticed.map(refit -> Duration.between(changed, refit.at()).toMinutes() / 1440.0)
                        .orElse(Double.POSITIVE_INFINITY);
        goal(
                out,
                days <= NOTICE_DAYS,
                "the change started a refit after %.1f days (goal %d)"
                        .formatted(days, NOTICE_DAYS));
        double before = month.skill().over(0, month.changeDay());
        double worst = month.skill().over(month.changeDay(), month.changeDay() + 2);
        int last = lastDays(month.days());
        double after = month.skill().over(month.days() - last, month.days());
        goal(
                out,
                after >= recovered * before,
                "skill %.2f before the change, %.2f in the two days after it, %.2f in the last %d days (goal %.2f of before)"
                        .formatted(before, worst, after, last, recovered));
    }

    private static void replacements(List<Month> months, PrintStream out) {
        long refits = months.stream().mapToLong(it -> it.story().refitsWithChampion()).sum();
        long replaced = months.stream().mapToLong(it -> it.story().replacements()).sum();
        out.printf(
                Locale.ROOT,
                "%n%d of %d refits replaced the champion; exact binomial upper bound (95 %%, one-sided): %.1f %%%n",
                replaced,
                refits,
                100 * upperBound(replaced, refits));
    }

    /** Clopper and Pearson (1934), one-sided. */
    static double upperBound(long hits, long trials) {
        return hits >= trials
                ? 1
                : new BetaDistribution(hits + 1.0, trials - hits)
                        .inverseCumulativeProbability(0.95);
    }

    private static void goal(PrintStream out, boolean met, String what) {
        out.println((met ? "met: " : "MISSED: ") + what);
    }
}
