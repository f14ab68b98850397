package io.auspex.api.inference;

import com.fasterxml.jackson.core.JsonGenerator;
import io.auspex.platform.Json;
import io.auspex.serving.ScoringRows;
import io.auspex.serving.ServingModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What a model says to an inference request: one FP32 tensor {@code [rows, 1]} per output asked
 * for.
 */
final class InferAnswer {

    private final ServingModel by;
    private final @Nullable String id;
    private final int rows;
    private final List<Output> outputs;

    private InferAnswer(ServingModel by, @Nullable String id, int rows, List<Output> outputs) {
        this.by = by;
        this.id = id;
        this.rows = rows;
        this.outputs = outputs;
    }

    /** One tensor of the answer; its numbers are not to be written to. */
    static final class Output {

        private final String name;
        private final boolean binary;
        private final float[] values;

        private Output(String name, boolean binary, float[] values) {
            this.name = name;
            this.binary = binary;
            this.values = values;
        }

        String name() {
            return name;
        }

        float[] values() {
            return values;
        }

        int bytes() {
            return Math.multiplyExact(values.length, Signature.ELEMENT_BYTES);
        }

        /** Appends the numbers, little-endian. */
        void writeTo(ByteBuffer to) {
            to.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
            to.position(to.position() + bytes());
        }
    }

    /** What goes over HTTP; its bytes are not to be written to. */
    static final class Body {

        private final byte[] bytes;
        private final @Nullable Integer jsonBytes;

        private Body(byte[] bytes, @Nullable Integer jsonBytes) {
            this.bytes = bytes;
            this.jsonBytes = jsonBytes;
        }

        byte[] bytes() {
            return bytes;
        }

        /**
         * Length of the JSON object when bytes of tensors follow it; null when the body is JSON
         * alone.
         */
        @Nullable Integer jsonBytes() {
            return jsonBytes;
        }
    }

    /** The same for readers of the OpenAPI document. */
    @Schema(name = "InferAnswer")
    record Document(
            String modelName, String modelVersion, @Nullable String id, List<Tensor> outputs) {

        /**
         * @param shape [N, 1]
         * @param data null where a number is not finite; absent from a binary output
         */
        @Schema(name = "InferOutput")
        record Tensor(
                String name,
                String datatype,
                List<Integer> shape,
                @Nullable List<@Nullable Float> data) {}
    }

    /** Asks the model. */
    static InferAnswer score(ServingModel model, InferRequest request) {
        int rows = request.tensor().rows();
        float[][] answers = new float[model.heads().size()][rows];
        model.run(request.tensor().values(), rows, answers);
        return of(model, request, rows, answers);
    }

    /** What a row said that was scored among others. */
    static InferAnswer of(ServingModel model, InferRequest request, ScoringRows scored, int row) {
        float[][] answers = new float[model.heads().size()][1];
        for (int head = 0; head < answers.length; head++) {
            answers[head][0] = scored.answer(head, row);
        }
        return of(model, request, 1, answers);
    }

    private static InferAnswer of(
            ServingModel model, InferRequest request, int rows, float[][] answers) {
        List<Output> outputs = new ArrayList<>(request.outputs().size());
        for (InferRequest.Output asked : request.outputs()) {
            outputs.add(new Output(asked.name(), asked.binary(), answers[asked.place()]));
        }
        return new InferAnswer(model, request.id(), rows, outputs);
    }

    /** Whose answer it is; to be named, not to be asked again. */
    ServingModel by() {
        return by;
    }

    String model() {
        return by.name();
    }

    int version() {
        return by.version();
    }

    /** Whether all outputs go as bytes, and there is one. */
    boolean isBinary() {
        boolean binary = !outputs.isEmpty();
        for (Output output : outputs) {
            binary &= output.binary;
        }
        return binary;
    }

    /** The id of the request; null when it had none. */
    @Nullable String id() {
        return id;
    }

    int rows() {
        return rows;
    }

    /** In the order asked for. */
    List<Output> outputs() {
        return outputs;
    }

    /** Writes the JSON object, and the binary outputs behind it in their order. */
    Body body() {
        int binaryBytes = 0;
        for (Output output : outputs) {
            binaryBytes += output.binary ? output.bytes() : 0;
        }
        // A float takes 12 characters or so.
        ByteArrayOutputStream out =
                new ByteArrayOutputStream(
                        256
                                + outputs.size() * 128
                                + (binaryBytes > 0 ? binaryBytes : outputs.size() * rows * 14));
        writeJson(out);
        if (binaryBytes == 0) {
            return new Body(out.toByteArray(), null);
        }
        int jsonBytes = out.size();
        byte[] all = Arrays.copyOf(out.toByteArray(), jsonBytes + binaryBytes);
        ByteBuffer tail = ByteBuffer.wrap(all, jsonBytes, binaryBytes);
        for (Output output : outputs) {
            if (output.binary) {
                output.writeTo(tail);
            }
        }
        return new Body(all, jsonBytes);
    }

    private void writeJson(ByteArrayOutputStream out) {
        try (JsonGenerator json = Json.mapper().getFactory().createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("model_name", model());
            json.writeStringField("model_version", Integer.toString(version()));
            if (id != null) {
                json.writeStringField("id", id);
            }
            json.writeArrayFieldStart("outputs");
            for (Output output : outputs) {
                write(json, output);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
    }

    private static void write(JsonGenerator json, Output output) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", output.name);
        json.writeStringField("datatype", Signature.DATATYPE);
        json.writeFieldName("shape");
        json.writeArray(new int[] {output.values.length, 1}, 0, 2);
        if (output.binary) {
            json.writeObjectFieldStart("parameters");
            json.writeNumberField("binary_data_size", output.bytes());
            json.writeEndObject();
        } else {
            json.writeArrayFieldStart("data");
            for (float value : output.values) {
                write(json, value);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    /** JSON has no NaN and no infinity: null stands for them. */
    private static void write(JsonGenerator json, float value) throws IOException {
        if (Float.isFinite(value)) {
            json.writeNumber(value);
        } else {
            json.writeNull();
        }
    }
}
