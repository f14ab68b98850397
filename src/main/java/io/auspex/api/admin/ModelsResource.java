package io.auspex.api.admin;

import io.auspex.api.problem.Problem;
import io.auspex.platform.Failure;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.RegisteredModel;
import io.auspex.retraining.Refit;
import io.auspex.serving.ModelServer;
import io.auspex.triggers.RetrainingService;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jspecify.annotations.Nullable;

/** Models, their versions, and what can be done to them. */
@Path("/api/models")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Models")
public class ModelsResource {

    private static final String REQUESTED = "requested over REST";

    private final ModelRegistry registry;
    private final ModelServer server;
    private final RetrainingService retraining;

    ModelsResource(ModelRegistry registry, ModelServer server, RetrainingService retraining) {
        this.registry = registry;
        this.server = server;
        this.retraining = retraining;
    }

    @GET
    @Operation(summary = "All models, by name")
    public Uni<List<ModelView>> models() {
        return registry.models().map(models -> models.stream().map(this::view).toList());
    }

    @GET
    @Path("/{name}")
    @Operation(summary = "A model with its aliases and its specification")
    @APIResponse(
            responseCode = "404",
            description = "no-such-model",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Problem.class)))
    public Uni<ModelView> model(@PathParam("name") String name) {
        return require(name).map(this::view);
    }

    @GET
    @Path("/{name}/versions")
    @Operation(summary = "The versions of a model, newest first")
    @APIResponse(responseCode = "404", description = "no-such-model")
    public Uni<List<VersionView>> versions(@PathParam("name") String name) {
        return require(name)
                .chain(() -> registry.versions(name))
                .map(versions -> versions.stream().map(VersionView::of).toList());
    }

    @GET
    @Path("/{name}/versions/{version}")
    @Operation(
            summary = "A version with its features and its training report",
            description = "By its number, or by an alias: champion, challenger, previous.")
    @APIResponse(responseCode = "404", description = "no-such-model, no-such-version")
    public Uni<ModelVersion> version(
            @PathParam("name") String name, @PathParam("version") String number) {
        return require(name)
                .chain(model -> registry.version(name, number(model, number)))
                .map(found -> found.orElseThrow(() -> noSuchVersion(name, number)));
    }

    @POST
    @Path("/{name}/train")
    @Operation(summary = "Ask for a refit; follow it at /api/refits/{id}")
    @APIResponse(
            responseCode = "202",
            content = @Content(schema = @Schema(implementation = Refit.class)))
    @APIResponse(responseCode = "404", description = "no-such-model")
    @APIResponse(responseCode = "409", description = "refit-running, model-frozen")
    public Uni<RestResponse<Refit>> train(@PathParam("name") String name) {
        return retraining.train(name, REQUESTED).map(ModelsResource::accepted);
    }

    /**
     * A promotion by hand.
     *
     * @param force although the gate rejected it
     * @param reason kept with the promotion
     */
    @Schema(name = "Promotion")
    record Promotion(@Nullable Integer version, @Nullable Boolean force, @Nullable String reason) {}

    @POST
    @Path("/{name}/promote")
    @Operation(
            summary = "Make a stored version the champion, as a swap",
            description =
                    "A former champion returns as it was. A candidate serves as unproven. A version"
                            + " that the gate rejected needs force, and serves as unproven.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = Promotion.class),
                            example = "{\"version\": 3}"))
    @APIResponse(responseCode = "400", description = "invalid-field")
    @APIResponse(responseCode = "404", description = "no-such-model, no-such-version")
    @APIResponse(
            responseCode = "409",
            description = "already-champion, version-rejected, version-unusable, swap-draining")
    @APIResponse(responseCode = "503", description = "memory-short, loaders-busy")
    public Uni<ModelView> promote(@PathParam("name") String name, @Nullable Promotion promotion) {
        if (promotion == null || promotion.version() == null) {
            throw new Failure(
                    Failure.Category.INVALID,
                    "invalid-field",
                    "give the version: {\"version\": 3}");
        }
        String reason = promotion.reason();
        return server.promoteByHand(
                        name,
                        promotion.version(),
                        reason == null || reason.isBlank() ? REQUESTED : reason,
                        Boolean.TRUE.equals(promotion.force()))
                .map(this::view);
    }

    @POST
    @Path("/{name}/rollback")
    @Operation(summary = "Champion and previous change places, as a swap")
    @APIResponse(responseCode = "404", description = "no-such-model")
    @APIResponse(responseCode = "409", description = "no-previous")
    @APIResponse(responseCode = "503", description = "memory-short, loaders-busy")
    public Uni<ModelView> rollback(@PathParam("name") String name) {
        return server.rollback(name, REQUESTED).map(this::view);
    }

    private Uni<RegisteredModel> require(String name) {
        return registry.model(name).map(found -> found.orElseThrow(() -> NoSuchModel.named(name)));
    }

    private ModelView view(RegisteredModel model) {
        return ModelView.of(model, server.status());
    }

    private static RestResponse<Refit> accepted(Refit refit) {
        return ResponseBuilder.create(RestResponse.Status.ACCEPTED, refit)
                .location(URI.create("/api/refits/" + refit.id()))
                .build();
    }

    private static int number(RegisteredModel model, String text) {
        Integer alias =
                switch (text) {
                    case "champion" -> model.champion();
                    case "challenger" -> model.challenger();
                    case "previous" -> model.previous();
                    default -> null;
                };
        try {
            return alias == null ? Integer.parseInt(text) : alias;
        } catch (NumberFormatException e) {
            throw noSuchVersion(model.name(), text);
        }
    }

    private static Failure noSuchVersion(String model, String version) {
        return new Failure(
                Failure.Category.NOT_FOUND,
                "no-such-version",
                "there is no version " + version + " of " + model);
    }
}
