package io.auspex.api.inference;

import com.google.protobuf.ByteString;
import inference.InferParameter;
import inference.InferTensorContents;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelInferRequest.InferRequestedOutputTensor;
import io.auspex.platform.Failure;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An inference request as it came over gRPC, raw or typed. */
final class GrpcQuestion implements Inference.Question {

    private final ModelInferRequest request;
    private final Deadline deadline;
    private final long arrivedNanos;

    GrpcQuestion(ModelInferRequest request, Deadline deadline) {
        this.request = request;
        this.deadline = deadline;
        this.arrivedNanos = System.nanoTime();
    }

    @Override
    public int bytes() {
        return request.getSerializedSize();
    }

    @Override
    public long arrivedNanos() {
        return arrivedNanos;
    }

    @Override
    public Deadline deadline() {
        return deadline;
    }

    @Override
    public InferRequest read(Signature signature) {
        if (request.getInputsCount() != 1) {
            throw invalid(
                    "there must be one input, '%s', not %d"
                            .formatted(Signature.INPUT, request.getInputsCount()));
        }
        Tensor tensor = tensor(request.getInputs(0), signature);
        return new InferRequest(id(), timeoutMicros(), tensor, outputs(signature));
    }

    private @Nullable String id() {
        return request.getId().isEmpty() ? null : request.getId();
    }

    private @Nullable Long timeoutMicros() {
        InferParameter timeout = request.getParametersMap().get("timeout");
        return timeout == null ? null : Signature.timeoutMicros(micros(timeout));
    }

    /** Clients have either kind of whole number. */
    private static long micros(InferParameter timeout) {
        return switch (timeout.getParameterChoiceCase()) {
            case INT64_PARAM -> timeout.getInt64Param();
            // Above 2^63 - 1 it is negative here: longer than anybody lives.
            case UINT64_PARAM ->
                    timeout.getUint64Param() < 0 ? Long.MAX_VALUE : timeout.getUint64Param();
            case BOOL_PARAM, STRING_PARAM, DOUBLE_PARAM, PARAMETERCHOICE_NOT_SET ->
                    throw invalid(
                            "the parameter timeout is an int64_param or a uint64_param of microseconds, not a "
                                    + timeout.getParameterChoiceCase()
                                            .name()
                                            .toLowerCase(Locale.ROOT));
        };
    }

    private Tensor tensor(InferInputTensor input, Signature signature) {
        signature.requireInput(input.getName());
        signature.requireDatatype(input.getDatatype());
        refuse(input.getParametersMap(), "shared_memory_region");
        long[] shape = new long[input.getShapeCount()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = input.getShape(i);
        }
        int rows = signature.rows(shape);
        int elements = rows * signature.features();
        return new Tensor(
                rows,
                request.getRawInputContentsCount() == 0
                        ? typed(input.getContents(), elements)
                        : raw(input, elements));
    }

    private FloatBuffer raw(InferInputTensor input, int elements) {
        if (input.hasContents()) {
            throw invalid("an input has either contents or raw_input_contents");
        }
        if (request.getRawInputContentsCount() != 1) {
            throw invalid(
                    "there is one input, and %d raw_input_contents"
                            .formatted(request.getRawInputContentsCount()));
        }
        ByteString bytes = request.getRawInputContents(0);
        long needed = (long) elements * Signature.ELEMENT_BYTES;
        if (bytes.size() != needed) {
            throw invalid(
                    "raw_input_contents has %d bytes, the shape in %s needs %d"
                            .formatted(bytes.size(), Signature.DATATYPE, needed));
        }
        return bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }

    private static FloatBuffer typed(InferTensorContents contents, int elements) {
        if (contents.getFp32ContentsCount() != elements || hasOther(contents)) {
            throw invalid(
                    "the shape needs %d numbers in fp32_contents and nothing elsewhere; there are %d"
                            .formatted(elements, contents.getFp32ContentsCount()));
        }
        FloatBuffer numbers = FloatBuffer.allocate(elements);
        for (int i = 0; i < elements; i++) {
            numbers.put(i, contents.getFp32Contents(i));
        }
        return numbers;
    }

    private static boolean hasOther(InferTensorContents contents) {
        return contents.getBoolContentsCount() > 0
                || contents.getIntContentsCount() > 0
                || contents.getInt64ContentsCount() > 0
                || contents.getUintContentsCount() > 0
                || contents.getUint64ContentsCount() > 0
                || contents.getFp64ContentsCount() > 0
                || contents.getBytesContentsCount() > 0;
    }

    private List<InferRequest.Output> outputs(Signature signature) {
        if (request.getOutputsCount() == 0) {
            return InferRequest.all(signature, false);
        }
        List<InferRequest.Output> outputs = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (InferRequestedOutputTensor output : request.getOutputsList()) {
            refuse(output.getParametersMap(), "classification");
            refuse(output.getParametersMap(), "shared_memory_region");
            int place = signature.place(output.getName());
            if (!names.add(output.getName())) {
                throw invalid("output '" + output.getName() + "' is asked for twice");
            }
            outputs.add(new InferRequest.Output(output.getName(), place, false));
        }
        return outputs;
    }

    private static void refuse(Map<String, InferParameter> parameters, String name) {
        if (parameters.containsKey(name)) {
            throw Signature.unsupported(name);
        }
    }

    private static Failure invalid(String message) {
        return Signature.invalid("invalid-request", message);
    }
}
