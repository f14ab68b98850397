package io.auspex.api.admin;

import io.auspex.platform.Failure;
import io.auspex.retraining.Refit;
import io.auspex.retraining.RefitService;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Refits and their progress. */
@Path("/api/refits")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Refits")
public class RefitsResource {

    private final RefitService refits;

    RefitsResource(RefitService refits) {
        this.refits = refits;
    }

    @GET
    @Operation(summary = "Refits, newest first")
    @APIResponse(responseCode = "400", description = "invalid-parameter")
    public Uni<List<Refit>> refits(
            @QueryParam("model") @Nullable String model,
            @QueryParam("limit") @Nullable String limit) {
        return refits.refits(model, QueryNumbers.limit(limit));
    }

    @GET
    @Path("/{id}")
    @Operation(summary = "A refit with its progress and, at the end, the gate's decision")
    @APIResponse(responseCode = "404", description = "no-such-refit")
    public Uni<Refit> refit(@PathParam("id") String id) {
        return refits.refit(QueryNumbers.whole("id", id))
                .map(found ->
                        found.orElseThrow(() ->
                                new Failure(
                                        Failure.Category.NOT_FOUND,
                                        "no-such-refit",
                                        "there is no refit " + id)));
    }

    @POST
    @Path("/{id}/cancel")
    @Operation(summary = "End a refit that is not finished; its worker is killed")
    @APIResponse(responseCode = "400", description = "invalid-parameter")
    @APIResponse(responseCode = "404", description = "no-such-refit")
    @APIResponse(responseCode = "409", description = "refit-finished")
    public Uni<Refit> cancel(@PathParam("id") String id) {
        return refits.cancel(QueryNumbers.whole("id", id));
    }
}
