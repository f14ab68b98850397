package io.auspex.api.admin;

import io.auspex.language.LanguageServer;
import io.auspex.language.ServerStatus;
import io.auspex.platform.Failure;
import io.auspex.platform.Failure.Category;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The local server of the language model. */
@Path("/api/server/mistral")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Language model")
public class LanguageServerResource {

    private static final int DEFAULT_PORT = 8090;
    private static final long DEFAULT_TIMEOUT_SECONDS = 120;

    private final LanguageServer server;

    LanguageServerResource(LanguageServer server) {
        this.server = server;
    }

    /**
     * What to start.
     *
     * @param modelPath a file below the configured folder of models
     * @param port that it listens on, on the loopback address; 8090 when left out
     * @param timeout seconds that it may take to be ready; 120 when left out
     */
    @RegisterForReflection
    @Schema(name = "StartLanguageServer")
    record Start(@Nullable String modelPath, @Nullable Integer port, @Nullable Long timeout) {}

    @GET
    @Path("/status")
    @Operation(
            summary = "Whether the local server of the language model runs, and what it wrote last")
    public ServerStatus status() {
        return server.status();
    }

    @POST
    @Path("/start")
    @RunOnVirtualThread
    @Operation(summary = "Start the local server of the language model, and wait until it is ready")
    @APIResponse(responseCode = "200", description = "It is ready")
    @APIResponse(
            responseCode = "400",
            description =
                    "bad-model-path, bad-port, bad-timeout: outside of the folder or of the bounds")
    @APIResponse(responseCode = "404", description = "no-such-model-file")
    @APIResponse(responseCode = "409", description = "server-running")
    @APIResponse(
            responseCode = "502",
            description = "server-failed, with the last lines of its output")
    public ServerStatus start(@Nullable Start start) throws InterruptedException {
        if (start == null || start.modelPath() == null) {
            throw new Failure(
                    Category.INVALID,
                    "bad-model-path",
                    "a model is needed: {\"model_path\": \"mistral.gguf\", \"port\": 8090, \"timeout\": 120}");
        }
        return server.start(
                start.modelPath(),
                Objects.requireNonNullElse(start.port(), DEFAULT_PORT),
                Duration.ofSeconds(
                        Objects.requireNonNullElse(start.timeout(), DEFAULT_TIMEOUT_SECONDS)));
    }

    @POST
    @Path("/stop")
    @RunOnVirtualThread
    @Operation(
            summary =
                    "End the local server of the language model; nothing happens when there is none")
    public ServerStatus stop() {
        return server.stop();
    }
}
