package io.auspex.api.inference;

import com.google.protobuf.UnsafeByteOperations;
import inference.InferTensorContents;
import inference.ModelInferResponse;
import inference.ModelInferResponse.InferOutputTensor;
import inference.ModelMetadataResponse;
import inference.ModelMetadataResponse.TensorMetadata;
import inference.RepositoryIndexResponse;
import inference.RepositoryIndexResponse.ModelIndex;
import io.auspex.platform.DatabaseAway;
import io.auspex.platform.Failure;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jboss.logging.Logger;

/** Answers of the protocol as gRPC has them. */
final class GrpcMessages {

    private static final Logger LOG = Logger.getLogger(GrpcMessages.class);

    private GrpcMessages() {}

    /**
     * @param raw bytes instead of typed contents, as in the request
     */
    static ModelInferResponse answer(InferAnswer answer, boolean raw) {
        ModelInferResponse.Builder response =
                ModelInferResponse.newBuilder()
                        .setModelName(answer.model())
                        .setModelVersion(Integer.toString(answer.version()));
        if (answer.id() != null) {
            response.setId(answer.id());
        }
        for (InferAnswer.Output output : answer.outputs()) {
            InferOutputTensor.Builder tensor =
                    InferOutputTensor.newBuilder()
                            .setName(output.name())
                            .setDatatype(Signature.DATATYPE)
                            .addShape(answer.rows())
                            .addShape(1);
            if (raw) {
                byte[] bytes = new byte[output.bytes()];
                output.writeTo(ByteBuffer.wrap(bytes));
                // Nobody else has the array.
                response.addRawOutputContents(UnsafeByteOperations.unsafeWrap(bytes));
            } else {
                InferTensorContents.Builder contents = InferTensorContents.newBuilder();
                for (float value : output.values()) {
                    contents.addFp32Contents(value);
                }
                tensor.setContents(contents);
            }
            response.addOutputs(tensor);
        }
        return response.build();
    }

    static ModelMetadataResponse metadata(ModelDescription model) {
        ModelMetadataResponse.Builder response =
                ModelMetadataResponse.newBuilder()
                        .setName(model.name())
                        .addAllVersions(model.versions())
                        .setPlatform(model.platform());
        model.inputs().forEach(input -> response.addInputs(tensor(input)));
        model.outputs().forEach(output -> response.addOutputs(tensor(output)));
        return response.build();
    }

    static RepositoryIndexResponse index(List<Repository.Entry> entries) {
        RepositoryIndexResponse.Builder response = RepositoryIndexResponse.newBuilder();
        for (Repository.Entry entry : entries) {
            response.addModels(
                    ModelIndex.newBuilder()
                            .setName(entry.name())
                            .setVersion(entry.version() == null ? "" : entry.version())
                            .setState(entry.state().name())
                            .setReason(entry.reason()));
        }
        return response.build();
    }

    /** What went wrong, without internals. */
    static StatusRuntimeException status(Throwable failure) {
        if (failure instanceof Failure refused) {
            if (refused.category() == Failure.Category.INTERNAL
                    || refused.category() == Failure.Category.UPSTREAM) {
                LOG.error("a gRPC call failed", failure);
            }
            return status(refused.category())
                    .withDescription(refused.getMessage())
                    .asRuntimeException();
        }
        if (DatabaseAway.isCauseOf(failure)) {
            return Status.UNAVAILABLE
                    .withDescription("the database does not answer")
                    .asRuntimeException();
        }
        LOG.error("a gRPC call failed", failure);
        return Status.INTERNAL
                .withDescription("the server failed; its log has the cause")
                .asRuntimeException();
    }

    private static Status status(Failure.Category category) {
        return switch (category) {
            case INVALID -> Status.INVALID_ARGUMENT;
            case NOT_FOUND -> Status.NOT_FOUND;
            case CONFLICT -> Status.FAILED_PRECONDITION;
            case NOT_READY, UPSTREAM -> Status.UNAVAILABLE;
            case TOO_LATE -> Status.DEADLINE_EXCEEDED;
            case INTERNAL -> Status.INTERNAL;
        };
    }

    private static TensorMetadata tensor(ModelDescription.TensorDescription tensor) {
        return TensorMetadata.newBuilder()
                .setName(tensor.name())
                .setDatatype(tensor.datatype())
                .addAllShape(tensor.shape())
                .build();
    }
}
