package io.auspex.shadow;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.features.FeatureSchema;
import io.auspex.platform.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The model that ships with the service, which knows every simulated market; and the same made
 * worse on purpose: it says up where it means down.
 *
 * @param onnx the file
 * @param report of its training, with the probe that the file keeps
 */
record Starter(ModelProto onnx, JsonNode report) {

    private static final Path FILE = Path.of("onnx-models", "simulated-5m", "1", "model.onnx");
    private static final String UP = "p_up";
    private static final String DOWN = "p_down";

    static Starter named(String model) throws IOException {
        ModelProto.Builder file = ModelProto.parseFrom(Files.readAllBytes(FILE)).toBuilder();
        for (StringStringEntryProto.Builder entry : file.getMetadataPropsBuilderList()) {
            if (entry.getKey().equals("auspex.model")) {
                entry.setValue(model);
            }
        }
        return new Starter(file.build(), Json.mapper().readTree(metadata(file, "auspex.report")));
    }

    Starter inverted() {
        GraphProto.Builder graph = onnx.getGraph().toBuilder();
        graph.getNodeBuilderList().forEach(Starter::swap);
        graph.getOutputBuilderList().forEach(output -> output.setName(other(output.getName())));
        ObjectNode swapped = report.deepCopy();
        ObjectNode answers = (ObjectNode) swapped.path("probe").path("outputs");
        JsonNode up = answers.get(UP);
        answers.set(UP, answers.get(DOWN));
        answers.set(DOWN, up);
        return new Starter(onnx.toBuilder().setGraph(graph).build(), swapped);
    }

    byte[] bytes() {
        return onnx.toByteArray();
    }

    FeatureSchema schema() throws IOException {
        String names = metadata(onnx.toBuilder(), "auspex.schema_names");
        return FeatureSchema.of(List.of(Json.mapper().readValue(names, String[].class)));
    }

    private static void swap(NodeProto.Builder node) {
        for (int i = 0; i < node.getOutputCount(); i++) {
            node.setOutput(i, other(node.getOutput(i)));
        }
        for (int i = 0; i < node.getInputCount(); i++) {
            node.setInput(i, other(node.getInput(i)));
        }
    }

    private static String other(String name) {
        return switch (name) {
            case UP -> DOWN;
            case DOWN -> UP;
            default -> name;
        };
    }

    private static String metadata(ModelProto.Builder file, String key) {
        return file.getMetadataPropsList().stream()
                .filter(entry -> entry.getKey().equals(key))
                .findFirst()
                .orElseThrow()
                .getValue();
    }
}
