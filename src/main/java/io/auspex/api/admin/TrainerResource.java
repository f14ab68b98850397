package io.auspex.api.admin;

import io.auspex.triggers.TrainerService;
import io.auspex.triggers.TrainerService.ForcedUpdate;
import io.auspex.triggers.TrainerStatus;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jspecify.annotations.Nullable;

/** The trainer of all models. */
@Path("/api/trainer")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Retraining")
public class TrainerResource {

    private final TrainerService trainer;

    TrainerResource(TrainerService trainer) {
        this.trainer = trainer;
    }

    @GET
    @Path("/status")
    @Operation(
            summary =
                    "Whether it runs, last and next data update and training, queue, workers, and"
                            + " what became of all runs so far")
    public Uni<TrainerStatus> status() {
        return trainer.status();
    }

    @POST
    @Path("/start")
    @Operation(summary = "Refits and data updates start by themselves, in every process")
    public Uni<TrainerStatus> start() {
        return trainer.run(true);
    }

    @POST
    @Path("/stop")
    @Operation(
            summary = "Nothing starts by itself any more, in every process, also after a restart",
            description =
                    "Refits that are under way go on; those asked for by hand are carried out.")
    public Uni<TrainerStatus> stop() {
        return trainer.run(false);
    }

    /**
     * What to update.
     *
     * @param model null for every model of the running feed
     */
    @RegisterForReflection
    @Schema(name = "ForceUpdate")
    record ForceUpdate(@Nullable String model) {}

    @POST
    @Path("/force-update")
    @RunOnVirtualThread
    @Operation(summary = "Refresh the data, then refit one model, or all of the running feed")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ForceUpdate.class),
                            example = "{\"model\": \"simulated-5m\"}"))
    @APIResponse(
            responseCode = "202",
            content = @Content(schema = @Schema(implementation = ForcedUpdate.class)))
    @APIResponse(responseCode = "404", description = "no-such-model")
    @APIResponse(responseCode = "409", description = "refit-running, model-frozen")
    @APIResponse(responseCode = "502", description = "refresh-failed")
    public RestResponse<ForcedUpdate> forceUpdate(@Nullable String body) {
        ForceUpdate update = OptionalBody.read(body, ForceUpdate.class, new ForceUpdate(null));
        ForcedUpdate forced = trainer.forceUpdate(update.model());
        return ResponseBuilder.create(RestResponse.Status.ACCEPTED, forced).build();
    }
}
