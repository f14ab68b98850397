package io.auspex.backtest;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.VersionState;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a version's report says of it, out of sample. What it does not say is null.
 *
 * @param trainedFrom close of the first row
 * @param trainedTo the last close that training has looked at
 * @param rows trained on
 * @param logLoss of {@code p_up} plus {@code p_down}, in nats
 * @param baseLogLoss the same of the base rates
 * @param skill 1 - log loss over that of the base rates
 * @param calibrationError the larger one of {@code p_up} and {@code p_down}
 * @param sharpe of trading by the standard rule, annualised
 * @param deflated the chance that its true ratio beats the best of as many trials without skill
 * @param firstFolds skill over the first half of the walk-forward folds, which had less to learn
 *     from
 * @param lastFolds skill over the second half
 * @param importance feature to share of the gain
 */
public record VersionFigures(
        int version,
        VersionState state,
        boolean unproven,
        Instant createdAt,
        @Nullable Instant trainedFrom,
        @Nullable Instant trainedTo,
        @Nullable Long rows,
        @Nullable Double logLoss,
        @Nullable Double baseLogLoss,
        @Nullable Double skill,
        @Nullable Double calibrationError,
        @Nullable Double sharpe,
        @Nullable Double deflated,
        @Nullable Double firstFolds,
        @Nullable Double lastFolds,
        @JsonIgnore Map<String, Double> importance) {

    public VersionFigures {
        importance = Collections.unmodifiableMap(new LinkedHashMap<>(importance));
    }

    static VersionFigures of(ModelVersion version) {
        JsonNode report = version.report();
        Double logLoss = losses(report.path("total"), "log_loss");
        Double base = losses(report.path("total"), "base_log_loss");
        Map<String, Double> importance = new LinkedHashMap<>();
        report.path("importance")
                .properties()
                .forEach(share -> importance.put(share.getKey(), share.getValue().asDouble()));
        JsonNode folds = report.path("folds");
        return new VersionFigures(
                version.version(),
                version.state(),
                version.unproven(),
                version.createdAt(),
                time(report.at("/data/from")),
                time(report.at("/data/to")),
                report.path("rows").isNumber() ? (Long) report.path("rows").asLong() : null,
                logLoss,
                base,
                skill(logLoss, base),
                larger(
                        number(report.at("/total/p_up/calibration_error")),
                        number(report.at("/total/p_down/calibration_error"))),
                number(report.at("/quality/trading/annualised_sharpe")),
                number(report.at("/quality/trading/deflated/probability")),
                ofFolds(folds, 0, folds.size() / 2),
                ofFolds(folds, folds.size() - folds.size() / 2, folds.size()),
                importance);
    }

    private static @Nullable Double ofFolds(JsonNode folds, int from, int to) {
        double logLoss = 0;
        double base = 0;
        for (int fold = from; fold < to; fold++) {
            Double own = losses(folds.get(fold).path("heads"), "log_loss");
            Double reference = losses(folds.get(fold).path("heads"), "base_log_loss");
            if (own == null || reference == null) {
                return null;
            }
            logLoss += own;
            base += reference;
        }
        return from == to ? null : skill(logLoss, base);
    }

    private static @Nullable Double losses(JsonNode heads, String name) {
        Double up = number(heads.path("p_up").path(name));
        Double down = number(heads.path("p_down").path(name));
        return up == null || down == null ? null : (Double) (up + down);
    }

    private static @Nullable Double skill(@Nullable Double logLoss, @Nullable Double base) {
        return logLoss == null || base == null || base == 0 ? null : (Double) (1 - logLoss / base);
    }

    private static @Nullable Double larger(@Nullable Double a, @Nullable Double b) {
        return a == null ? b : b == null ? a : (Double) Math.max(a, b);
    }

    private static @Nullable Double number(JsonNode node) {
        return node.isNumber() ? (Double) node.asDouble() : null;
    }

    private static @Nullable Instant time(JsonNode node) {
        try {
            return Instant.parse(node.asText("unknown"));
        } catch (DateTimeException untold) {
            return null;
        }
    }
}
