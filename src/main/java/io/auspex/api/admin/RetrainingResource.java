package io.auspex.api.admin;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.api.problem.Problem;
import io.auspex.platform.Failure;
import io.auspex.triggers.RefitRules;
import io.auspex.triggers.RetrainingChange;
import io.auspex.triggers.RetrainingService;
import io.auspex.triggers.RetrainingStatus;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** When a model is refitted by itself, and why it was or was not. */
@Path("/api/models/{name}/retraining")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Retraining")
public class RetrainingResource {

    private final RetrainingService retraining;

    RetrainingResource(RetrainingService retraining) {
        this.retraining = retraining;
    }

    @GET
    @Path("/status")
    @Operation(
            summary = "The decision at the last close, the rules, and the decisions before it",
            description =
                    "Decisions are stored when they change in kind, and for every start, with their"
                            + " figures; of each model the newest 500 waits and 500 starts are kept.")
    @APIResponse(responseCode = "400", description = "invalid-parameter")
    @APIResponse(
            responseCode = "404",
            description = "no-such-model",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Problem.class)))
    public Uni<RetrainingStatus> status(
            @PathParam("name") String name, @QueryParam("limit") @Nullable String limit) {
        return retraining.status(name, QueryNumbers.limit(limit));
    }

    @POST
    @Path("/start")
    @Operation(
            summary = "Refits start by themselves from now on, also after failures",
            description = "Everything is optional; what is absent stays as it was.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = RetrainingChange.class),
                            example =
                                    "{\"time_based\": true, \"interval_hours\": 24,"
                                            + " \"performance_based\": true, \"accuracy_threshold\": 0.55,"
                                            + " \"max_retraining_per_day\": 3, \"min_data_points\": 1000}"))
    @APIResponse(responseCode = "400", description = "invalid-rules, invalid-field, unknown-field")
    @APIResponse(responseCode = "404", description = "no-such-model")
    public Uni<RetrainingStatus> start(@PathParam("name") String name, @Nullable String body) {
        return retraining.start(
                name, OptionalBody.read(body, RetrainingChange.class, RetrainingChange.NONE));
    }

    @POST
    @Path("/stop")
    @Operation(
            summary = "Nothing is refitted by itself any more",
            description =
                    "A refit that is under way goes on. Refits by hand are refused by PUT"
                            + " /api/models/{name}/refit.")
    @APIResponse(responseCode = "404", description = "no-such-model")
    public Uni<RetrainingStatus> stop(@PathParam("name") String name) {
        return retraining.stop(name);
    }

    @PUT
    @Path("/rules")
    @Operation(summary = "Replace all rules of a model; the status shows what they look like")
    @RequestBody(content = @Content(schema = @Schema(implementation = RefitRules.class)))
    @APIResponse(responseCode = "400", description = "invalid-rules")
    @APIResponse(responseCode = "404", description = "no-such-model")
    public Uni<RetrainingStatus> rules(@PathParam("name") String name, @Nullable JsonNode rules) {
        if (rules == null || !rules.isObject()) {
            throw new Failure(
                    Failure.Category.INVALID,
                    "invalid-rules",
                    "give all rules as a JSON object, as retraining/status shows them");
        }
        return retraining.rules(name, rules);
    }
}
