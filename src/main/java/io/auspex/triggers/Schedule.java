package io.auspex.triggers;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When a refit is due by time alone. A moment that was missed is due until something has been
 * started, and then once: the next one is looked for after that start.
 *
 * <p>Times of day are those of a zone. Where a clock change leaves one out, the moment is that much
 * later; where it repeats one, the first counts.
 */
sealed interface Schedule {

    /** The shortest interval. */
    Duration MIN_INTERVAL = Duration.ofMinutes(1);

    /** By time alone, never. */
    record Never() implements Schedule {

        @Override
        public Optional<Instant> next(Instant after) {
            return Optional.empty();
        }
    }

    /** So long after the last start. */
    record Every(Duration interval) implements Schedule {

        public Every {
            if (interval.compareTo(MIN_INTERVAL) < 0
                    || interval.compareTo(Duration.ofDays(3_650)) > 0) {
                throw new IllegalArgumentException(
                        "an interval is a minute to ten years: " + interval);
            }
        }

        @Override
        public Optional<Instant> next(Instant after) {
            return Optional.of(after.plus(interval));
        }
    }

    /** Once a week. */
    record Weekly(DayOfWeek day, LocalTime time, ZoneId zone) implements Schedule {

        @Override
        public Optional<Instant> next(Instant after) {
            var local = after.atZone(zone).toLocalDate();
            var first = local.with(TemporalAdjusters.nextOrSame(day)).atTime(time).atZone(zone);
            var next =
                    first.toInstant().isAfter(after)
                            ? first
                            : first.toLocalDate().plusWeeks(1).atTime(time).atZone(zone);
            return Optional.of(next.toInstant());
        }
    }

    /**
     * As crontab(5) writes it: minute, hour, day of the month, month, day of the week.
     *
     * @param time as cron-utils has read it
     */
    record Cron(String expression, ExecutionTime time, ZoneId zone) implements Schedule {

        static Cron of(String expression, ZoneId zone) {
            var parser = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
            return new Cron(
                    expression, ExecutionTime.forCron(parser.parse(expression).validate()), zone);
        }

        @Override
        public Optional<Instant> next(Instant after) {
            return time.nextExecution(after.atZone(zone)).map(next -> next.toInstant());
        }
    }

    /** The first moment strictly after another one. */
    Optional<Instant> next(Instant after);

    /**
     * Reads {@code never}, {@code every 12h} (m, h or d), {@code weekly sunday 03:00} or {@code
     * cron 0 3 * * 0}.
     *
     * @param zone of IANA, such as {@code Europe/Berlin}
     * @throws IllegalArgumentException when it is none of them
     */
    static Schedule parse(String text, String zone) {
        try {
            return parse(text.strip().toLowerCase(Locale.ROOT), ZoneId.of(zone));
        } catch (IllegalArgumentException | java.time.DateTimeException refused) {
            throw new IllegalArgumentException(
                    "schedule must be 'never', 'every 12h', 'weekly sunday 03:00' or 'cron 0 3 * * 0', in a zone"
                            + " such as Europe/Berlin: '"
                            + text
                            + "' in '"
                            + zone
                            + "' ("
                            + refused.getMessage()
                            + ")",
                    refused);
        }
    }

    private static Schedule parse(String text, ZoneId zone) {
        if (text.equals("never")) {
            return new Never();
        }
        String[] words = text.split("\\s+", 2);
        String rest = words.length < 2 ? "" : words[1];
        return switch (words[0]) {
            case "every" -> new Every(interval(rest));
            case "weekly" -> weekly(rest, zone);
            case "cron" -> Cron.of(rest, zone);
            default -> throw new IllegalArgumentException("'" + words[0] + "' is unknown");
        };
    }

    private static Duration interval(String text) {
        Matcher matcher = Pattern.compile("([1-9][0-9]{0,6})([mhd])").matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("an interval looks like 30m, 12h or 7d");
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }

    private static Schedule weekly(String text, ZoneId zone) {
        String[] words = text.split("\\s+", 2);
        if (words.length < 2) {
            throw new IllegalArgumentException("a day and a time are wanted");
        }
        try {
            return new Weekly(
                    DayOfWeek.valueOf(words[0].toUpperCase(Locale.ROOT)),
                    LocalTime.parse(words[1]),
                    zone);
        } catch (DateTimeParseException noTime) {
            throw new IllegalArgumentException("'" + words[1] + "' is no time of day", noTime);
        }
    }
}
