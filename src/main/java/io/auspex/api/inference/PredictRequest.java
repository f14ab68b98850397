package io.auspex.api.inference;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.auspex.market.Symbol;
import io.auspex.platform.Failure;
import io.auspex.serving.ScoringRows;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What a model is asked about, as {@link PredictReader} found it. Close it: it may hold memory. */
sealed interface PredictRequest extends AutoCloseable {

    /** The last close of a symbol. */
    record OfSymbol(Symbol symbol) implements PredictRequest {}

    /** One row, which lies in the model's own memory and has not been scored yet. */
    record OfRow(ScoringRows row) implements PredictRequest {
        @Override
        public void close() {
            row.close();
        }
    }

    /** Any number of rows; their answers are there already. */
    record OfRows(RowAnswers answers) implements PredictRequest {}

    /** For readers of the OpenAPI document. */
    @Schema(name = "PredictRequest", description = "Exactly one of symbol, features and rows")
    record Document(
            @Schema(description = "predict for the live vector of this symbol", examples = "ETHBTC")
                    @Nullable String symbol,
            @Schema(description = "every feature of the model's schema by its name")
                    @Nullable Map<String, Double> features,
            @Schema(description = "many such rows; the answers come in their order")
                    @Nullable List<Map<String, Double>> rows) {}

    @Override
    default void close() {}

    static Failure malformed(JsonProcessingException e) {
        return invalid(
                "malformed-json",
                "the body is not JSON: line %d, column %d"
                        .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr()));
    }

    static Failure invalid(String slug, String message) {
        return new Failure(Failure.Category.INVALID, slug, message);
    }
}
