package io.auspex.bench;

import java.util.List;
import java.util.Set;

/**
 * How {@code ./auspex bench serving} measures.
 *
 * @param seconds of each measurement
 * @param warmUpSeconds of each server, once, under full load; 0 for none
 * @param alternations of every comparison
 * @param connections of the load generator
 * @param rate of the open loop in requests a second; 0 for half of what the service can do
 * @param days history of the market that refits train on
 * @param parts what is measured, some of {@link #PARTS}
 */
record ServingPlan(
        int seconds,
        int warmUpSeconds,
        int alternations,
        int connections,
        int rate,
        int days,
        Set<String> parts) {

    static final List<String> PARTS =
            List.of(
                    "throughput",
                    "encoding",
                    "together",
                    "row",
                    "swaps",
                    "refits",
                    "one-processor");

    /** Under load before each measurement, not counted. */
    static final double RAMP_SECONDS = 0.5;

    ServingPlan {
        parts = Set.copyOf(parts);
        if (!PARTS.containsAll(parts)) {
            throw new IllegalArgumentException("--parts is some of " + PARTS);
        }
        if (parts.contains("one-processor")
                && !parts.contains("swaps")
                && !parts.contains("refits")) {
            throw new IllegalArgumentException(
                    "--parts: one-processor is where swaps or refits are measured: name them too");
        }
    }

    static ServingPlan of(BenchOptions options) {
        options.only(
                "seconds",
                "warm-up",
                "alternations",
                "connections",
                "rate",
                "days",
                "parts",
                "server-cpus",
                "load-cpus",
                "worker-cpus",
                "database-cpus");
        return new ServingPlan(
                options.number("seconds", 5, 1),
                options.number("warm-up", 10, 0),
                options.number("alternations", 5, 1),
                options.number("connections", 32, 1),
                options.number("rate", 0, 0),
                options.number("days", 45, 10),
                Set.of(options.values().getOrDefault("parts", String.join(",", PARTS)).split(",")));
    }

    boolean warmsUp() {
        return warmUpSeconds > 0;
    }

    /** Whether latencies of an open loop are measured. */
    boolean isTimed() {
        return has("swaps") || has("refits");
    }

    boolean has(String part) {
        return parts.contains(part);
    }
}
