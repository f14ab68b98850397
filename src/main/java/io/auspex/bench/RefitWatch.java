package io.auspex.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** Asks a service for refits and takes their time, over REST as anybody could. */
final class RefitWatch {

    /** Each look costs the service a query, and the bare training has nobody who looks at it. */
    private static final long LOOK_MILLIS = 100;

    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final double MILLIS = 1000;
    private static final Set<String> BEFORE_WORKER = Set.of("", "queued", "dataset");

    private final ServiceProcess service;
    private long last;
    private String model = "";
    private double swappedSeconds;

    RefitWatch(ServiceProcess service) {
        this.service = service;
    }

    /** The specification that the service trains by. */
    ModelSpec spec() throws IOException, InterruptedException {
        return Json.mapper()
                .treeToValue(
                        service.api().get("/api/models/" + model).path("spec"), ModelSpec.class);
    }

    void request() throws IOException, InterruptedException {
        service.api().post("/api/models/" + model + "/train");
    }

    /** Waits for the end of the next refit, be it asked for or begun by the service itself. */
    RefitTimes next(PrintStream log) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long workerMillis = 0;
        long gateMillis = 0;
        Standstill standstill = new Standstill();
        while (System.nanoTime() < deadline) {
            JsonNode newest = service.api().get("/api/refits?limit=1").path(0);
            long now = System.currentTimeMillis();
            if (newest.path("id").asLong() > last) {
                String phase = newest.path("phase").asText();
                standstill.saw(phase + newest.path("percent").asInt(), now);
                if (workerMillis == 0 && !BEFORE_WORKER.contains(phase)) {
                    workerMillis = now;
                }
                if (gateMillis == 0 && Set.of("gate", "swap", "done").contains(phase)) {
                    gateMillis = now;
                }
                switch (newest.path("state").asText()) {
                    case "SUCCEEDED" -> {
                        return times(newest, workerMillis, gateMillis, standstill);
                    }
                    case "FAILED", "CANCELLED" ->
                            throw new IOException("the refit failed: " + newest);
                    default -> {
                        // Not yet.
                    }
                }
            }
            Thread.sleep(LOOK_MILLIS);
        }
        log.println("the refit has not ended within " + PATIENCE);
        throw new IOException("no refit ended within " + PATIENCE);
    }

    /** How long a refit looks the same to whoever watches it. */
    private static final class Standstill {

        private String progress = "";
        private long sinceMillis;
        private long longestMillis;

        void saw(String now, long millis) {
            if (!progress.equals(now)) {
                progress = now;
                sinceMillis = millis;
            }
            longestMillis = Math.max(longestMillis, millis - sinceMillis);
        }
    }

    private RefitTimes times(
            JsonNode refit, long workerMillis, long gateMillis, Standstill standstill)
            throws IOException, InterruptedException {
        last = refit.path("id").asLong();
        model = refit.path("model").asText();
        JsonNode report =
                service.api()
                        .get(
                                "/api/models/%s/versions/%d"
                                        .formatted(model, refit.path("version").asInt()))
                        .path("report");
        JsonNode seconds = report.path("seconds");
        double swapsBefore = swappedSeconds;
        swappedSeconds = swapSeconds();
        double swap = swappedSeconds - swapsBefore;
        long started = Instant.parse(refit.path("started_at").asText()).toEpochMilli();
        long finished = Instant.parse(refit.path("finished_at").asText()).toEpochMilli();
        double training = seconds.path("folds").asDouble() + seconds.path("fit").asDouble();
        return new RefitTimes(
                report.path("rows").asLong(),
                report.path("features").asInt(),
                (workerMillis - started) / MILLIS,
                training,
                (gateMillis - workerMillis) / MILLIS - training,
                (finished - gateMillis) / MILLIS - swap,
                swap,
                (finished - started) / MILLIS,
                standstill.longestMillis / MILLIS,
                report.path("peak_memory_bytes").asDouble(),
                ChildProcess.peakOf(service.pid()));
    }

    /** All steps of all swaps so far, but the waiting for old readers. */
    private double swapSeconds() throws IOException, InterruptedException {
        return service.api().metrics("auspex_swap_seconds_sum").entrySet().stream()
                .filter(metric -> !metric.getKey().contains("\"drain\""))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }
}
