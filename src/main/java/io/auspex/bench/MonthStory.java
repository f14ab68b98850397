package io.auspex.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a service did in a month, as its API alone tells it.
 *
 * @param chapters in the order of market time
 * @param refits by number
 * @param forecasts every scored signal
 */
record MonthStory(List<Chapter> chapters, Map<Long, Refit> refits, List<Forecast> forecasts) {

    private static final int PAGE = 1_000;

    /**
     * One moment.
     *
     * @param refit that it is about; null when it is about none
     */
    record Chapter(Instant at, String what, String why, @Nullable Long refit) {}

    /**
     * One refit.
     *
     * @param at market time at which it was decided upon
     * @param key of the decision: {@code start:performance+time}
     * @param outcome PROMOTED, REJECTED, or the state of one that did not come so far
     */
    record Refit(long id, Instant at, String key, String outcome) {

        boolean promoted() {
            return outcome.equals("PROMOTED");
        }

        boolean bySchedule() {
            return key.contains("time");
        }

        boolean byTrigger() {
            return key.contains("performance") || key.contains("drift");
        }
    }

    /** One scored signal. */
    record Forecast(Instant at, String symbol, int version, double pUp, double pDown) {}

    static MonthStory read(ServiceApi api, String model) throws IOException, InterruptedException {
        List<Chapter> chapters = new ArrayList<>();
        Map<Long, Refit> refits = new TreeMap<>();
        Map<Long, JsonNode> queue = new TreeMap<>();
        api.get("/api/refits?limit=1000").forEach(it -> queue.put(it.path("id").asLong(), it));
        JsonNode status = api.get("/api/models/" + model + "/retraining/status?limit=1000");
        for (JsonNode decision : status.path("decisions")) {
            Instant at = Instant.parse(decision.path("clock_at").asText());
            String reason = decision.path("reason").asText();
            if (decision.path("refit").isNumber()) {
                long id = decision.path("refit").asLong();
                JsonNode refit = queue.getOrDefault(id, Json.mapper().nullNode());
                String outcome =
                        refit.path("decision").asText(refit.path("state").asText("unknown"));
                refits.put(id, new Refit(id, at, decision.path("key").asText(), outcome));
                chapters.add(new Chapter(at, "refit", reason, id));
                chapters.add(new Chapter(at, outcome, refit.path("reason").asText(), id));
            }
        }
        List<Forecast> forecasts = forecasts(api, model);
        chapters.addAll(takeovers(api, model, forecasts));
        chapters.sort(Comparator.comparing(Chapter::at));
        return new MonthStory(List.copyOf(chapters), Map.copyOf(refits), List.copyOf(forecasts));
    }

    Optional<Refit> firstTriggered(Instant after) {
        return refits.values().stream()
                .filter(refit -> refit.byTrigger() && !refit.at().isBefore(after))
                .min(Comparator.comparing(Refit::at));
    }

    /** Replacements of a champion, without the first, among refits that had one to replace. */
    long replacements() {
        return refits.values().stream().filter(Refit::promoted).count()
                - (startedWithPromotion() ? 1 : 0);
    }

    long refitsWithChampion() {
        return refits.size() - 1L;
    }

    private boolean startedWithPromotion() {
        return refits.values().stream()
                .min(Comparator.comparing(Refit::at))
                .map(Refit::promoted)
                .orElse(false);
    }

    /** A version that speaks for the first time after another is the new champion. */
    private static List<Chapter> takeovers(ServiceApi api, String model, List<Forecast> forecasts)
            throws IOException, InterruptedException {
        Map<Integer, String> reasons = new TreeMap<>();
        for (JsonNode version : api.get("/api/models/" + model + "/versions")) {
            reasons.put(version.path("version").asInt(), version.path("reason").asText());
        }
        List<Chapter> chapters = new ArrayList<>();
        int before = 0;
        for (Forecast forecast : forecasts) {
            if (forecast.version() != before) {
                chapters.add(
                        new Chapter(
                                forecast.at(),
                                (forecast.version() < before ? "rolled back to v" : "champion v")
                                        + forecast.version(),
                                reasons.getOrDefault(forecast.version(), ""),
                                null));
                before = forecast.version();
            }
        }
        return chapters;
    }

    private static List<Forecast> forecasts(ServiceApi api, String model)
            throws IOException, InterruptedException {
        List<Forecast> forecasts = new ArrayList<>();
        long after = 0;
        while (true) {
            JsonNode page = api.get("/api/signals?limit=" + PAGE + "&after=" + after);
            for (JsonNode signal : page) {
                after = signal.path("seq").asLong();
                JsonNode heads = signal.path("heads");
                if (signal.path("model").asText().equals(model) && heads.has("p_up")) {
                    forecasts.add(
                            new Forecast(
                                    Instant.parse(signal.path("close_time").asText()),
                                    signal.path("symbol").asText(),
                                    signal.path("version").asInt(),
                                    heads.path("p_up").asDouble(),
                                    heads.path("p_down").asDouble()));
                }
            }
            if (page.size() < PAGE) {
                return forecasts;
            }
        }
    }
}
