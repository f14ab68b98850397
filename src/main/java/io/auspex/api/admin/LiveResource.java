package io.auspex.api.admin;

import io.auspex.feedback.LiveFeedback;
import io.auspex.platform.Failure;
import io.auspex.registry.ModelRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** How a model's champion does since it took over. */
@Path("/api/models/{name}/live")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Models")
public class LiveResource {

    private final ModelRegistry registry;
    private final LiveFeedback live;

    LiveResource(ModelRegistry registry, LiveFeedback live) {
        this.registry = registry;
        this.live = live;
    }

    @GET
    @Operation(
            summary =
                    "Live figures of a model's champion: outcomes, drift, change of the loss, guards")
    @APIResponse(responseCode = "404", description = "no-such-model")
    public Uni<LiveView> live(@PathParam("name") String name) {
        return registry.model(name)
                .map(found ->
                        found.orElseThrow(() ->
                                new Failure(
                                        Failure.Category.NOT_FOUND,
                                        "no-such-model",
                                        "there is no model '" + name + "'")))
                .map(_ -> LiveView.of(name, live.figures(name), live.guards(name)));
    }
}
