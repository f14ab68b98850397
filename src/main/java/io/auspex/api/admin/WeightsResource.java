package io.auspex.api.admin;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.ensemble.EnsembleWeights;
import io.auspex.ensemble.WeightChange;
import io.auspex.ensemble.WeightStore;
import io.auspex.ensemble.Weights;
import io.auspex.platform.Failure;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The weights of the ensemble's members. No model can have the name of this path. */
@Path("/api/models/weights")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Ensemble")
public class WeightsResource {

    private static final String EXAMPLE =
            """
            {"trading_ai_weight": 0.25, "lava_ai_weight": 0.35, "lgbm_ai_weight": 0.4, "mistral_ai_weight": 0.0}\
            """;

    private final EnsembleWeights weights;
    private final WeightStore store;

    WeightsResource(EnsembleWeights weights, WeightStore store) {
        this.weights = weights;
        this.store = store;
    }

    @GET
    @Operation(
            summary = "The weights in force: <member>_weight of every member, and last_updated",
            description =
                    "They need not sum to 1: they are normalised over the members that answer.")
    public Uni<Map<String, Object>> weights() {
        return weights.current().map(WeightsResource::view);
    }

    @PUT
    @RunOnVirtualThread
    @Operation(
            summary = "Set all weights",
            description =
                    "All members are required: the four standard ones and every further one that"
                            + " has a weight. Another model of a market joins by its name, and"
                            + " leaves with the weight 0. A reason is kept with the change.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Map.class),
                            example = EXAMPLE))
    @APIResponse(responseCode = "200", description = "the weights in force")
    @APIResponse(responseCode = "400", description = "malformed-body, invalid-field")
    public Map<String, Object> set(@Nullable JsonNode body) {
        if (body == null) {
            throw new Failure(
                    Failure.Category.INVALID, "malformed-body", "give the weights: " + EXAMPLE);
        }
        return view(weights.set(body));
    }

    @GET
    @Path("/history")
    @Operation(summary = "Every change of a weight, newest first, one entry a member")
    @APIResponse(responseCode = "400", description = "invalid-parameter")
    public Uni<List<WeightChange>> history(
            @Parameter(description = "changes within that session, instead of those in force")
                    @QueryParam("session_id")
                    @Nullable String session,
            @QueryParam("member") @Nullable String member,
            @Parameter(description = "an id; only older changes") @QueryParam("before")
                    @Nullable String before,
            @Parameter(description = "1 to 1000; 100 without it") @QueryParam("limit")
                    @Nullable String limit) {
        return store.history(
                session,
                member,
                before == null ? Long.MAX_VALUE : QueryNumbers.whole("before", before),
                QueryNumbers.limit(limit));
    }

    static Map<String, Object> view(Weights weights) {
        Map<String, Object> view = new LinkedHashMap<>();
        weights.inOrder().forEach(member -> view.put(member + "_weight", weights.of(member)));
        view.put("last_updated", weights.updatedAt());
        return view;
    }
}
