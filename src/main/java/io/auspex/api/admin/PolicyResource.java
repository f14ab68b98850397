package io.auspex.api.admin;

import io.auspex.platform.Failure;
import io.auspex.registry.ModelPolicy;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelSettings;
import io.auspex.registry.RegisteredModel;
import io.auspex.serving.ModelServer;
import io.auspex.shadow.ShadowTrial;
import io.auspex.shadow.Shadows;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What people set for a model beside its specification, and what runs in its shadow. */
@Path("/api/models/{name}")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Models")
public class PolicyResource {

    private final ModelRegistry registry;
    private final ModelSettings settings;
    private final ModelServer server;
    private final Shadows shadows;

    PolicyResource(
            ModelRegistry registry, ModelSettings settings, ModelServer server, Shadows shadows) {
        this.registry = registry;
        this.settings = settings;
        this.server = server;
        this.shadows = shadows;
    }

    /** Whether a model is to be trained. */
    @Schema(name = "RefitSetting")
    record RefitSetting(@Nullable Boolean enabled) {}

    /**
     * How candidates are tried on live closes.
     *
     * @param closes that a gated candidate runs beside the champion; 0 for none; absent: as it was
     * @param share of keys that the challenger answers meanwhile; absent: as it was
     */
    @Schema(name = "ShadowSetting")
    record ShadowSetting(@Nullable Integer closes, @Nullable Double share) {}

    /** Whether the bytes of a version are kept whatever its age. */
    @Schema(name = "PinSetting")
    record PinSetting(@Nullable Boolean pinned) {}

    @PUT
    @Path("/refit")
    @Operation(
            summary = "Freeze a model, or have it trained again",
            description =
                    "A frozen model ({\"enabled\": false}) serves as it is: no refit of it is"
                            + " accepted, by hand neither, and it never expires.")
    @APIResponse(responseCode = "400", description = "invalid-field")
    @APIResponse(responseCode = "404", description = "no-such-model")
    public Uni<ModelView> refit(@PathParam("name") String name, @Nullable RefitSetting setting) {
        boolean enabled = given(setting == null ? null : setting.enabled(), "{\"enabled\": false}");
        return changed(
                name,
                policy ->
                        new ModelPolicy(enabled, policy.shadowCloses(), policy.challengerShare()));
    }

    @PUT
    @Path("/shadow")
    @Operation(
            summary = "Have gated candidates run beside the champion before they may take over",
            description =
                    "closes: live closes of the trial, 0 for none. share: of the keys of predict"
                            + " requests that the challenger answers meanwhile, 0 to 1.")
    @APIResponse(responseCode = "400", description = "invalid-field")
    @APIResponse(responseCode = "404", description = "no-such-model")
    public Uni<ModelView> shadow(@PathParam("name") String name, @Nullable ShadowSetting setting) {
        if (setting == null || (setting.closes() == null && setting.share() == null)) {
            throw missing("{\"closes\": 720}");
        }
        return changed(
                name,
                policy ->
                        new ModelPolicy(
                                policy.refitEnabled(),
                                Objects.requireNonNullElse(setting.closes(), policy.shadowCloses()),
                                Objects.requireNonNullElse(
                                        setting.share(), policy.challengerShare())));
    }

    @GET
    @Path("/shadow")
    @Operation(summary = "What runs, or ran, beside the champion: newest trial first")
    @APIResponse(responseCode = "404", description = "no-such-model")
    public Uni<List<ShadowTrial>> trials(@PathParam("name") String name) {
        return require(name).chain(() -> shadows.trials(name));
    }

    @PUT
    @Path("/versions/{version}/pin")
    @Operation(summary = "Keep the file of a version whatever its age, or leave it to retention")
    @APIResponse(responseCode = "400", description = "invalid-field")
    @APIResponse(responseCode = "404", description = "no-such-model, no-such-version")
    public Uni<VersionView> pin(
            @PathParam("name") String name,
            @PathParam("version") int version,
            @Nullable PinSetting setting) {
        boolean pinned = given(setting == null ? null : setting.pinned(), "{\"pinned\": true}");
        return require(name)
                .chain(() -> settings.pin(name, version, pinned))
                .chain(() -> registry.version(name, version))
                .map(found -> VersionView.of(found.orElseThrow(PolicyResource::gone)));
    }

    private Uni<ModelView> changed(String name, UnaryOperator<ModelPolicy> change) {
        return require(name)
                .chain(model -> settings.set(name, change.apply(model.policy())))
                .invoke(shadows::settingsChanged)
                .chain(() -> require(name))
                .map(model -> ModelView.of(model, server.status()));
    }

    private Uni<RegisteredModel> require(String name) {
        return registry.model(name).map(found -> found.orElseThrow(() -> NoSuchModel.named(name)));
    }

    private static <T> T given(@Nullable T value, String example) {
        if (value == null) {
            throw missing(example);
        }
        return value;
    }

    private static Failure missing(String example) {
        return new Failure(
                Failure.Category.INVALID, "invalid-field", "give the setting: " + example);
    }

    private static IllegalStateException gone() {
        return new IllegalStateException("a version that was pinned is there");
    }
}
