package io.auspex.api.inference;

import io.auspex.model.Head;
import io.auspex.platform.Failure;
import io.auspex.serving.Lease;
import io.auspex.serving.ServingModel;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * The Open Inference Protocol v2 over REST
 * (https://github.com/open-inference/open-inference-protocol). The version of a model is its
 * champion's number; any other is not live. Errors are {@code {"error": ".."}}.
 */
@Path("/v2")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Open Inference Protocol")
public class InferenceProtocol {

    /** What runs the model, as {@code <project>_<format>}. */
    private static final String PLATFORM = "onnxruntime_onnx";

    private final Champions champions;
    private final ScoringPool pool;
    private final InferenceConfig config;
    private final ServiceReadiness readiness;
    private final String version;

    InferenceProtocol(
            Champions champions,
            ScoringPool pool,
            InferenceConfig config,
            @Readiness ServiceReadiness readiness,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.champions = champions;
        this.pool = pool;
        this.config = config;
        this.readiness = readiness;
        this.version = version;
    }

    record ServerMetadata(String name, String version, List<String> extensions) {}

    record Live(boolean live) {}

    record Ready(boolean ready) {}

    record ModelReady(String name, boolean ready) {}

    /**
     * @param shape -1 stands for any number of rows
     */
    record TensorMetadata(String name, String datatype, List<Integer> shape) {}

    record ModelMetadata(
            String name,
            List<String> versions,
            String platform,
            List<TensorMetadata> inputs,
            List<TensorMetadata> outputs) {}

    @GET
    @Operation(summary = "Server metadata")
    public Uni<ServerMetadata> server() {
        return Uni.createFrom().item(new ServerMetadata("auspex", version, List.of()));
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
                    return new Ready(true);
                });
    }

    @GET
    @Path("/models/{model}")
    @Operation(summary = "Model metadata")
    public Uni<ModelMetadata> metadata(@PathParam("model") String model) {
        return asking(model, null, InferenceProtocol::metadata);
    }

    @GET
    @Path("/models/{model}/versions/{version}")
    @Operation(summary = "Metadata of the version that is live")
    public Uni<ModelMetadata> metadata(
            @PathParam("model") String model, @PathParam("version") String wanted) {
        return asking(model, wanted, InferenceProtocol::metadata);
    }

    @GET
    @Path("/models/{model}/ready")
    @Operation(summary = "Whether a model can be asked")
    public Uni<ModelReady> ready(@PathParam("model") String model) {
        return asking(model, null, serving -> new ModelReady(serving.name(), true));
    }

    @GET
    @Path("/models/{model}/versions/{version}/ready")
    @Operation(summary = "Whether a version can be asked")
    public Uni<ModelReady> ready(
            @PathParam("model") String model, @PathParam("version") String wanted) {
        return asking(model, wanted, serving -> new ModelReady(serving.name(), true));
    }

    @POST
    @Path("/models/{model}/infer")
    @Operation(summary = "Ask a model about rows of features")
    @RequestBody(content = @Content(example = EXAMPLE))
    @APIResponse(
            responseCode = "200",
            content = @Content(schema = @Schema(implementation = InferAnswer.Document.class)))
    @APIResponse(
            responseCode = "400",
            content = @Content(schema = @Schema(example = "{\"error\": \"unknown input 'x'\"}")))
    public Uni<byte[]> infer(@PathParam("model") String model, byte[] body) {
        return answer(model, null, body);
    }

    @POST
    @Path("/models/{model}/versions/{version}/infer")
    @Operation(summary = "Ask the version that is live")
    @RequestBody(content = @Content(example = EXAMPLE))
    public Uni<byte[]> infer(
            @PathParam("model") String model, @PathParam("version") String wanted, byte[] body) {
        return answer(model, wanted, body);
    }

    private static final String EXAMPLE =
            "{\"id\": \"1\", \"inputs\": [{\"name\": \"features\", \"shape\": [1, 60], \"datatype\":"
                    + " \"FP32\", \"data\": [0.1]}], \"outputs\": [{\"name\": \"p_up\"}]}";

    private Uni<byte[]> answer(String model, @Nullable String wanted, byte[] body) {
        Optional<Lease> champion = champions.acquire(model);
        if (champion.isEmpty()) {
            return champions.absent(model);
        }
        Lease lease = champion.get();
        boolean handedOver = false;
        try {
            ServingModel serving = lease.model();
            requireLive(serving, wanted);
            InferRequest request =
                    InferRequest.parse(body, serving.schema().size(), config.maxRows());
            if (request.rows() <= config.eventLoopRows()) {
                return Uni.createFrom().item(InferAnswer.of(serving, request));
            }
            Uni<byte[]> later = pool.run(() -> InferAnswer.of(serving, request));
            handedOver = true;
            return later.onTermination().invoke(lease::close);
        } finally {
            if (!handedOver) {
                lease.close();
            }
        }
    }

    private <T> Uni<T> asking(
            String model, @Nullable String wanted, Function<ServingModel, T> question) {
        Optional<Lease> champion = champions.acquire(model);
        if (champion.isEmpty()) {
            return champions.absent(model);
        }
        try (Lease lease = champion.get()) {
            requireLive(lease.model(), wanted);
            return Uni.createFrom().item(question.apply(lease.model()));
        }
    }

    private static void requireLive(ServingModel serving, @Nullable String wanted) {
        if (wanted != null && !wanted.equals(Integer.toString(serving.version()))) {
            throw new Failure(
                    Failure.Category.NOT_FOUND,
                    "version-not-live",
                    "version %s of %s is not live; version %d is"
                            .formatted(wanted, serving.name(), serving.version()));
        }
    }

    private static ModelMetadata metadata(ServingModel serving) {
        Stream<TensorMetadata> outputs =
                serving.heads().stream()
                        .map(Head::code)
                        .map(head ->
                                new TensorMetadata(head, InferRequest.DATATYPE, List.of(-1, 1)));
        return new ModelMetadata(
                serving.name(),
                List.of(Integer.toString(serving.version())),
                PLATFORM,
                List.of(
                        new TensorMetadata(
                                InferRequest.INPUT,
                                InferRequest.DATATYPE,
                                List.of(-1, serving.schema().size()))),
                outputs.toList());
    }
}
