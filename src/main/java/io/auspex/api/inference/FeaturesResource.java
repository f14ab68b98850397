package io.auspex.api.inference;

import io.auspex.features.Readiness;
import io.auspex.market.Symbol;
import io.auspex.platform.Failure;
import io.auspex.serving.Lease;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.LiveMarket;
import io.auspex.serving.LiveVector;
import io.auspex.serving.ModelServer;
import io.auspex.serving.ServingModel;
import io.auspex.serving.ServingStatus;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Shows the live feature vectors. */
@Path("/api/features/{symbol}")
@Tag(name = "Predictions")
public class FeaturesResource {

    private final ModelServer server;
    private final LiveFeatures live;
    private final Champions champions;
    private final Markets markets;

    FeaturesResource(ModelServer server, LiveFeatures live, Champions champions, Markets markets) {
        this.server = server;
        this.live = live;
        this.champions = champions;
        this.markets = markets;
    }

    /**
     * A live vector by name.
     *
     * @param features null where a feature has no value
     * @param reason why the vector is not ready; null when it is
     */
    record FeaturesAnswer(
            Symbol symbol,
            String model,
            int version,
            String schemaHash,
            Instant closeTime,
            double closePrice,
            boolean ready,
            @Nullable String reason,
            Map<String, @Nullable Float> features) {}

    /** The vector that a model would be asked about. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "The live feature vector of a symbol, by name")
    @APIResponse(responseCode = "404", description = "no-such-model, unknown-symbol")
    @APIResponse(responseCode = "409", description = "wrong-market")
    @APIResponse(responseCode = "503", description = "no-model, not-ready")
    public Uni<FeaturesAnswer> features(
            @PathParam("symbol") String symbolText,
            @Parameter(
                            description =
                                    "whose features; without it, those of the first model by name"
                                            + " that speaks for the symbol")
                    @QueryParam("model")
                    @Nullable String model) {
        Symbol symbol = Symbols.parse(symbolText);
        if (model == null) {
            markets.requireKnown(symbol);
            return Uni.createFrom().item(ofAnyModel(symbol));
        }
        Optional<Lease> champion = champions.acquire(model);
        if (champion.isEmpty()) {
            return champions.absent(model);
        }
        try (Lease lease = champion.get()) {
            if (lease.model().market().coversFeed(markets.feed())) {
                markets.requireKnown(symbol);
            }
            if (!speaksFor(lease.model(), symbol)) {
                throw new Failure(
                        Failure.Category.CONFLICT,
                        "wrong-market",
                        "%s does not speak for %s on %s".formatted(model, symbol, markets.feed()));
            }
            return Uni.createFrom().item(of(lease.model(), symbol));
        }
    }

    private FeaturesAnswer ofAnyModel(Symbol symbol) {
        for (ServingStatus served : server.status()) {
            Optional<Lease> champion = champions.acquire(served.model());
            if (champion.isPresent()) {
                try (Lease lease = champion.get()) {
                    if (speaksFor(lease.model(), symbol)) {
                        return of(lease.model(), symbol);
                    }
                }
            }
        }
        throw new Failure(
                Failure.Category.NOT_READY,
                "no-model",
                "no model: none that is served speaks for " + symbol);
    }

    private boolean speaksFor(ServingModel model, Symbol symbol) {
        Optional<LiveMarket> market = live.market();
        return market.isPresent()
                && model.market().covers(market.get().feed(), symbol, market.get().timeframe());
    }

    private FeaturesAnswer of(ServingModel model, Symbol symbol) {
        LiveVector vector =
                live.vector(model.schema().hash(), symbol)
                        .orElseThrow(() ->
                                new Failure(
                                        Failure.Category.NOT_READY,
                                        "not-ready",
                                        "no candle of " + symbol + " has been seen yet"));
        Map<String, @Nullable Float> features =
                LinkedHashMap.newLinkedHashMap(model.schema().size());
        for (int i = 0; i < model.schema().size(); i++) {
            float value = vector.values().get(i);
            features.put(model.schema().names().get(i), Float.isFinite(value) ? value : null);
        }
        String reason =
                switch (vector.readiness()) {
                    case Readiness.Ready _ -> null;
                    case Readiness.NotReady notReady -> notReady.reason();
                };
        return new FeaturesAnswer(
                symbol,
                model.name(),
                model.version(),
                model.schema().hash(),
                Instant.ofEpochMilli(vector.closeTimeMillis()),
                vector.closePrice(),
                reason == null,
                reason,
                features);
    }
}
