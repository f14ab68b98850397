package io.auspex.api.inference;

import inference.GRPCInferenceService;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelMetadataRequest;
import inference.ModelMetadataResponse;
import inference.ModelReadyRequest;
import inference.ModelReadyResponse;
import inference.RepositoryIndexRequest;
import inference.RepositoryIndexResponse;
import inference.RepositoryModelLoadRequest;
import inference.RepositoryModelLoadResponse;
import inference.RepositoryModelUnloadRequest;
import inference.RepositoryModelUnloadResponse;
import inference.ServerLiveRequest;
import inference.ServerLiveResponse;
import inference.ServerMetadataRequest;
import inference.ServerMetadataResponse;
import inference.ServerReadyRequest;
import inference.ServerReadyResponse;
import io.auspex.platform.Failure;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;

/**
 * The Open Inference Protocol v2 over gRPC, on the port of HTTP. Errors are statuses:
 * INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION, UNAVAILABLE, DEADLINE_EXCEEDED.
 */
@GrpcService
class GrpcProtocol implements GRPCInferenceService {

    private final Inference inference;
    private final Repository repository;
    private final ServerDescription server;
    private final ServiceReadiness readiness;

    GrpcProtocol(
            Inference inference,
            Repository repository,
            ServerDescription server,
            @Readiness ServiceReadiness readiness) {
        this.inference = inference;
        this.repository = repository;
        this.server = server;
        this.readiness = readiness;
    }

    @Override
    public Uni<ServerLiveResponse> serverLive(ServerLiveRequest request) {
        return Uni.createFrom().item(ServerLiveResponse.newBuilder().setLive(true).build());
    }

    @Override
    public Uni<ServerReadyResponse> serverReady(ServerReadyRequest request) {
        return answering(() ->
                readiness
                        .unready()
                        .map(Optional::isEmpty)
                        .map(ready -> ServerReadyResponse.newBuilder().setReady(ready).build()));
    }

    /** False for a model that does not serve; an error for one that there is not. */
    @Override
    public Uni<ModelReadyResponse> modelReady(ModelReadyRequest request) {
        return answering(() ->
                inference
                        .look(request.getName(), version(request.getVersion()), _ -> true)
                        .onFailure(GrpcProtocol::isNotReady)
                        .recoverWithItem(false)
                        .map(ready -> ModelReadyResponse.newBuilder().setReady(ready).build()));
    }

    @Override
    public Uni<ServerMetadataResponse> serverMetadata(ServerMetadataRequest request) {
        return Uni.createFrom()
                .item(
                        ServerMetadataResponse.newBuilder()
                                .setName(server.name())
                                .setVersion(server.version())
                                .addAllExtensions(server.extensions())
                                .build());
    }

    @Override
    public Uni<ModelMetadataResponse> modelMetadata(ModelMetadataRequest request) {
        return answering(() ->
                inference
                        .describe(request.getName(), version(request.getVersion()))
                        .map(GrpcMessages::metadata));
    }

    @Override
    public Uni<ModelInferResponse> modelInfer(ModelInferRequest request) {
        boolean raw = request.getRawInputContentsCount() > 0;
        GrpcQuestion question = new GrpcQuestion(request, GrpcDeadlines.current());
        return answering(() ->
                inference.infer(
                        request.getModelName(),
                        version(request.getModelVersion()),
                        question,
                        answer -> GrpcMessages.answer(answer, raw)));
    }

    @Override
    public Uni<RepositoryIndexResponse> repositoryIndex(RepositoryIndexRequest request) {
        return answering(() -> {
            Repository.requireOurs(request.getRepositoryName());
            return repository.index(request.getReady()).map(GrpcMessages::index);
        });
    }

    @Override
    public Uni<RepositoryModelLoadResponse> repositoryModelLoad(
            RepositoryModelLoadRequest request) {
        return answering(() -> {
            Repository.requireOurs(request.getRepositoryName());
            return repository
                    .load(request.getModelName(), request.getParametersMap().keySet())
                    .replaceWith(RepositoryModelLoadResponse.getDefaultInstance());
        });
    }

    @Override
    public Uni<RepositoryModelUnloadResponse> repositoryModelUnload(
            RepositoryModelUnloadRequest request) {
        return answering(() -> {
            Repository.requireOurs(request.getRepositoryName());
            return repository
                    .unload(request.getModelName())
                    .replaceWith(RepositoryModelUnloadResponse.getDefaultInstance());
        });
    }

    private static @Nullable String version(String text) {
        return text.isEmpty() ? null : text;
    }

    private static boolean isNotReady(Throwable failure) {
        return failure instanceof Failure refused
                && refused.category() != Failure.Category.NOT_FOUND
                && refused.category() != Failure.Category.INVALID;
    }

    /** Answers where the call came in: a stream belongs to its event loop. */
    private static <T> Uni<T> answering(Supplier<Uni<? extends T>> work) {
        Context context = Vertx.currentContext();
        Uni<T> answer = Uni.createFrom().deferred(work).onFailure().transform(GrpcMessages::status);
        return context == null
                ? answer
                : answer.emitOn(emission -> {
                    if (context.equals(Vertx.currentContext())) {
                        emission.run();
                    } else {
                        context.runOnContext(_ -> emission.run());
                    }
                });
    }
}
