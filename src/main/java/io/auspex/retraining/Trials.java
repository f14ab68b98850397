package io.auspex.retraining;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.model.Quality;
import io.auspex.model.TrainingReport;
import io.auspex.registry.ModelVersion;
import java.util.List;

/**
 * Counts how often a model has been tried: every version ever trained of it is a trial, whatever
 * became of it, because each might have been the one that looked good.
 */
final class Trials {

    private Trials() {}

    /**
     * The report with its Sharpe ratio deflated.
     *
     * @param earlier every version of the model so far
     */
    static TrainingReport deflated(TrainingReport report, List<ModelVersion> earlier) {
        Quality quality = report.quality();
        if (quality == null || quality.trading() == null) {
            return report;
        }
        double[] known =
                earlier.stream()
                        .map(version -> version.report().at("/quality/trading/sharpe/ratio"))
                        .filter(JsonNode::isNumber)
                        .mapToDouble(JsonNode::asDouble)
                        .toArray();
        return report.withQuality(
                quality.deflated(
                        Quality.Deflated.of(
                                quality.trading().sharpe(), earlier.size() + 1L, known)));
    }
}
