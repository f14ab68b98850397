package io.auspex.api.admin;

import io.auspex.ensemble.PastEnsembles;
import io.auspex.feedback.LiveFeedback;
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
                    "Live figures of a model's champion: outcomes, drift, change of the loss, guards",
            description =
                    "ensemble: of its signals together, whatever weights they had; it has no features"
                            + " that drift and no interval.")
    @APIResponse(responseCode = "404", description = "no-such-model")
    public Uni<LiveView> live(@PathParam("name") String name) {
        if (name.equals(PastEnsembles.NAME) && live.figures(name).isPresent()) {
            return Uni.createFrom().item(view(name));
        }
        return registry.model(name)
                .map(found -> found.orElseThrow(() -> NoSuchModel.named(name)))
                .map(_ -> view(name));
    }

    private LiveView view(String name) {
        return LiveView.of(name, live.figures(name), live.guards(name));
    }
}
