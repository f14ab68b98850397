package io.auspex.api.inference;

import io.auspex.market.Symbol;
import io.auspex.model.Head;
import io.auspex.serving.LiveVector;
import io.auspex.serving.Prediction;
import java.time.Instant;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What one version says, with what it was asked about.
 *
 * @param symbol null when the caller brought the features, as are the next two
 * @param closeTime when the candle closed that the features end with
 * @param heads calibrated probabilities in [0, 1]; the expected return as a fraction
 * @param expectedReturnInterval null when the model carries none
 * @param unproven nobody asked for evidence: {@code --promote=always}
 */
@Schema(name = "Prediction")
record PredictionAnswer(
        String model,
        int version,
        String schemaHash,
        @Nullable Symbol symbol,
        @Nullable Instant closeTime,
        @Nullable Double closePrice,
        Map<Head, Double> heads,
        Prediction.@Nullable Interval expectedReturnInterval,
        boolean unproven) {

    static PredictionAnswer of(Prediction prediction, @Nullable LiveVector vector) {
        return new PredictionAnswer(
                prediction.model(),
                prediction.version(),
                prediction.schemaHash(),
                vector == null ? null : vector.symbol(),
                vector == null ? null : Instant.ofEpochMilli(vector.closeTimeMillis()),
                vector == null ? null : vector.closePrice(),
                prediction.heads(),
                prediction.expectedReturnInterval(),
                prediction.unproven());
    }
}
