package io.auspex.bench;

import java.util.List;
import java.util.Set;

/**
 * How {@code ./auspex bench stream} measures.
 *
 * @param subscribers of the fan-out
 * @param symbols of the market whose signals fan out
 * @param speed of that market over real time
 * @param seconds of each measurement
 * @param alternations of every comparison
 * @param warmUpSeconds before each part, not counted; 0 for none
 * @param stalledPercent of the subscribers that do not read
 * @param closeSymbols of the market whose closes are followed to the socket
 * @param closes how many of them
 * @param parts what is measured, some of {@link #PARTS}
 */
record StreamPlan(
        int subscribers,
        int symbols,
        double speed,
        int seconds,
        int alternations,
        int warmUpSeconds,
        int stalledPercent,
        int closeSymbols,
        int closes,
        Set<String> parts) {

    static final List<String> PARTS = List.of("fanout", "stalled", "closes");

    StreamPlan {
        parts = Set.copyOf(parts);
        if (!PARTS.containsAll(parts)) {
            throw new IllegalArgumentException("--parts is some of " + PARTS);
        }
    }

    static StreamPlan of(BenchOptions options) {
        options.only(
                "subscribers",
                "symbols",
                "speed",
                "seconds",
                "alternations",
                "warm-up",
                "stalled",
                "close-symbols",
                "closes",
                "parts",
                "server-cpus",
                "load-cpus",
                "worker-cpus",
                "database-cpus");
        return new StreamPlan(
                options.number("subscribers", 2_000, 20),
                options.number("symbols", 10, 2),
                options.number("speed", 600, 1),
                options.number("seconds", 5, 1),
                options.number("alternations", 5, 1),
                options.number("warm-up", 10, 0),
                options.number("stalled", 5, 1),
                options.number("close-symbols", 200, 2),
                options.number("closes", 60, 2),
                Set.of(options.text("parts", String.join(",", PARTS)).split(",")));
    }

    boolean warmsUp() {
        return warmUpSeconds > 0;
    }

    boolean has(String part) {
        return parts.contains(part);
    }

    /** How many of the subscribers do not read. */
    int stalled() {
        return Math.max(1, subscribers * stalledPercent / 100);
    }

    /** From one close of the market to the next. */
    double closeMillis() {
        return 300_000 / speed;
    }
}
