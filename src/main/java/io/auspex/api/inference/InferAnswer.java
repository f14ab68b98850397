package io.auspex.api.inference;

import com.fasterxml.jackson.core.JsonGenerator;
import io.auspex.model.Head;
import io.auspex.platform.Failure;
import io.auspex.platform.Json;
import io.auspex.serving.ServingModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Scores a request and writes the answer of the Open Inference Protocol v2. */
final class InferAnswer {

    private InferAnswer() {}

    /** The same for readers of the OpenAPI document. */
    @Schema(name = "InferAnswer")
    record Document(
            String modelName, String modelVersion, @Nullable String id, List<Output> outputs) {}

    /**
     * @param shape [N, 1]
     */
    @Schema(name = "InferOutput")
    record Output(String name, String datatype, List<Integer> shape, List<Float> data) {}

    /**
     * @return JSON
     * @throws Failure INVALID for an output that the model does not have
     */
    static byte[] of(ServingModel model, InferRequest request) {
        List<Head> heads = model.heads();
        List<Integer> asked = asked(heads, request.outputs());
        float[][] answers = new float[heads.size()][request.rows()];
        model.run(FloatBuffer.wrap(request.tensor().values()), request.rows(), answers);
        return json(model, request, asked, answers);
    }

    private static List<Integer> asked(List<Head> heads, List<String> outputs) {
        List<String> names = heads.stream().map(Head::code).toList();
        for (String output : outputs) {
            if (!names.contains(output)) {
                throw PredictRequest.invalid(
                        "unknown-output",
                        "unknown output '" + output + "'; the model has " + names);
            }
        }
        return (outputs.isEmpty() ? names : outputs).stream().map(names::indexOf).toList();
    }

    private static byte[] json(
            ServingModel model, InferRequest request, List<Integer> asked, float[][] answers) {
        // A float takes 12 characters or so.
        ByteArrayOutputStream out =
                new ByteArrayOutputStream(256 + asked.size() * (64 + 14 * request.rows()));
        try (JsonGenerator json = Json.mapper().getFactory().createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("model_name", model.name());
            json.writeStringField("model_version", Integer.toString(model.version()));
            if (request.id() != null) {
                json.writeStringField("id", request.id());
            }
            json.writeArrayFieldStart("outputs");
            for (int head : asked) {
                output(json, model.heads().get(head), answers[head]);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return out.toByteArray();
    }

    private static void output(JsonGenerator json, Head head, float[] values) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", head.code());
        json.writeStringField("datatype", InferRequest.DATATYPE);
        json.writeFieldName("shape");
        json.writeArray(new int[] {values.length, 1}, 0, 2);
        json.writeArrayFieldStart("data");
        for (float value : values) {
            json.writeNumber(value);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
