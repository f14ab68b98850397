package io.auspex.api.inference;

import io.auspex.api.problem.Problem;
import io.auspex.platform.Failure;
import io.auspex.serving.Answer;
import io.auspex.serving.Lease;
import io.auspex.serving.Predictor;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Asks a model. One row takes microseconds, so that it is scored on the event loop. */
@Path("/api/models/{name}/predict")
@Tag(name = "Predictions")
public class PredictResource {

    private final Predictor predictor;
    private final Champions champions;
    private final Markets markets;

    PredictResource(Predictor predictor, Champions champions, Markets markets) {
        this.predictor = predictor;
        this.champions = champions;
        this.markets = markets;
    }

    /** The prediction for the last close of a symbol, or for given features. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "Ask the champion about a symbol's live vector, or about given features")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = PredictRequest.Document.class),
                            example = "{\"symbol\": \"ETHBTC\"}"))
    @APIResponse(
            responseCode = "200",
            content = @Content(schema = @Schema(implementation = PredictionAnswer.class)))
    @APIResponse(
            responseCode = "400",
            description = "malformed-json, unknown-field, invalid-symbol, invalid-features",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Problem.class)))
    @APIResponse(responseCode = "404", description = "no-such-model, unknown-symbol")
    @APIResponse(responseCode = "409", description = "wrong-market")
    @APIResponse(responseCode = "503", description = "no-model, not-ready")
    public Uni<PredictionAnswer> predict(@PathParam("name") String name, byte[] body) {
        PredictRequest request = PredictRequest.parse(body);
        Answer answer =
                switch (request) {
                    case PredictRequest.OfSymbol asked -> predictor.predict(name, asked.symbol());
                    case PredictRequest.OfFeatures asked ->
                            predictor.predict(name, asked.features());
                };
        return switch (answer) {
            case Answer.Predicted predicted ->
                    Uni.createFrom()
                            .item(PredictionAnswer.of(predicted.prediction(), predicted.vector()));
            case Answer.NoModel _ -> champions.absent(name);
            case Answer.WrongMarket wrong -> {
                if (speaksForTheFeed(name)) {
                    requireKnown(request);
                }
                throw new Failure(Failure.Category.CONFLICT, "wrong-market", wrong.reason());
            }
            case Answer.NotReady notReady -> {
                requireKnown(request);
                throw new Failure(Failure.Category.NOT_READY, "not-ready", notReady.reason());
            }
        };
    }

    /** Only then does it matter whether the feed has the symbol. */
    private boolean speaksForTheFeed(String model) {
        Optional<Lease> champion = champions.acquire(model);
        if (champion.isEmpty()) {
            return false;
        }
        try (Lease lease = champion.get()) {
            return lease.model().market().coversFeed(markets.feed());
        }
    }

    private void requireKnown(PredictRequest request) {
        if (request instanceof PredictRequest.OfSymbol asked) {
            markets.requireKnown(asked.symbol());
        }
    }
}
