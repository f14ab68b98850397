package io.auspex.api.inference;

import io.auspex.platform.Failure;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * The Open Inference Protocol v2 over REST
 * (https://github.com/open-inference/open-inference-protocol) with the binary tensor data
 * extension, but for {@code infer}, which is the {@link InferRoute}. Without a version in the path,
 * the champion answers. Errors are {@code {"error": ".."}}.
 */
@Path("/v2")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Open Inference Protocol")
public class InferenceProtocol {

    private final Inference inference;
    private final ServerDescription server;
    private final ServiceReadiness readiness;

    InferenceProtocol(
            Inference inference, ServerDescription server, @Readiness ServiceReadiness readiness) {
        this.inference = inference;
        this.server = server;
        this.readiness = readiness;
    }

    record ServerMetadata(String name, String version, List<String> extensions) {}

    record Live(boolean live) {}

    /**
     * @param live the specification's own document calls readiness so
     */
    record Ready(boolean ready, boolean live) {}

    record ModelReady(String name, boolean ready) {}

    @GET
    @Operation(summary = "Server metadata")
    public Uni<ServerMetadata> server() {
        return Uni.createFrom()
                .item(new ServerMetadata(server.name(), server.version(), server.extensions()));
    }

    @GET
    @Path("/health/live")
    @Operation(summary = "Whether the server runs")
    public Uni<Live> live() {
        return Uni.createFrom().item(new Live(true));
    }

    @GET
    @Path("/health/ready")
    @Operation(summary = "Whether the server can answer")
    @APIResponse(responseCode = "200")
    @APIResponse(responseCode = "503", description = "{\"error\": why not}")
    public Uni<Ready> ready() {
        return readiness
                .unready()
                .map(reason -> {
                    if (reason.isPresent()) {
                        throw new Failure(Failure.Category.NOT_READY, "not-ready", reason.get());
                    }
                    return new Ready(true, true);
                });
    }

    @GET
    @Path("/models/{model}")
    @Operation(summary = "Model metadata")
    public Uni<ModelDescription> metadata(@PathParam("model") String model) {
        return describe(model, null);
    }

    @GET
    @Path("/models/{model}/versions/{version}")
    @Operation(summary = "Metadata of a version, which is loaded for it")
    public Uni<ModelDescription> metadata(
            @PathParam("model") String model, @PathParam("version") String version) {
        return describe(model, version);
    }

    @GET
    @Path("/models/{model}/ready")
    @Operation(summary = "Whether a model can be asked")
    public Uni<ModelReady> ready(@PathParam("model") String model) {
        return modelReady(model, null);
    }

    @GET
    @Path("/models/{model}/versions/{version}/ready")
    @Operation(summary = "Whether a version can be asked; it is loaded for it")
    public Uni<ModelReady> ready(
            @PathParam("model") String model, @PathParam("version") String version) {
        return modelReady(model, version);
    }

    private Uni<ModelReady> modelReady(String model, @Nullable String version) {
        return ProtocolRefusal.speaking(
                inference.look(
                        model, version, lease -> new ModelReady(lease.model().name(), true)));
    }

    private Uni<ModelDescription> describe(String model, @Nullable String version) {
        return ProtocolRefusal.speaking(inference.describe(model, version));
    }
}
