package io.auspex.bench;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.features.FeatureSchema;
import io.auspex.model.Head;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelKind;
import io.auspex.model.TargetSpec;
import io.auspex.platform.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model file of a few kilobytes whose every answer tells which version gave it: each head is a
 * constant made of the mark, plus a hundredth of the sum of the features, through a sigmoid for
 * probabilities.
 *
 * @param mark what tells it from others, a small whole number
 */
record MarkedModel(String name, FeatureSchema schema, MarketSpec market, int mark) {

    private static final float WEIGHT = 0.01f;
    private static final int HEADS = ModelKind.MARKET.heads().size();
    private static final int PROBE_ROWS = 4;

    /** Another version. */
    MarkedModel marked(int other) {
        return new MarkedModel(name, schema, market, other);
    }

    /** What a head says of a row of features that are all the same. */
    double answer(Head head, double everyFeature) {
        double sum = bias(head) + (double) WEIGHT * everyFeature * schema.size();
        return head.isProbability() ? 1 / (1 + Math.exp(-sum)) : sum;
    }

    /** A training report that has only what the self-test needs. */
    JsonNode report() {
        ObjectNode report = Json.mapper().createObjectNode();
        ObjectNode probe = report.putObject("probe");
        ArrayNode rows = probe.putArray("features");
        ObjectNode outputs = probe.putObject("outputs");
        for (int row = 0; row < PROBE_ROWS; row++) {
            ArrayNode values = rows.addArray();
            for (int i = 0; i < schema.size(); i++) {
                values.add(row / 8.0);
            }
            for (Head head : ModelKind.MARKET.heads()) {
                outputs.withArray(head.code()).add(answer(head, row / 8.0));
            }
        }
        return report;
    }

    /** The file. */
    byte[] onnx() {
        ModelProto.Builder built =
                ModelProto.newBuilder()
                        .setIrVersion(10)
                        .setProducerName("auspex-bench")
                        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(21))
                        .setGraph(graph());
        metadata()
                .forEach((key, value) ->
                        built.addMetadataProps(
                                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
        return built.build().toByteArray();
    }

    /** Between 0 and 1, and another for every head. */
    private float bias(Head head) {
        return mark / 1024f + head.ordinal() * 0.25f;
    }

    private GraphProto graph() {
        TensorProto.Builder weights = tensor("weights", schema.size(), HEADS);
        for (int i = 0; i < schema.size() * HEADS; i++) {
            weights.addFloatData(WEIGHT);
        }
        TensorProto.Builder biases = tensor("biases", HEADS);
        NodeProto.Builder split =
                node("Split", "scores")
                        .addAttribute(attribute("axis", 1))
                        .addAttribute(attribute("num_outputs", HEADS));
        GraphProto.Builder graph = GraphProto.newBuilder().setName("marked");
        for (Head head : ModelKind.MARKET.heads()) {
            biases.addFloatData(bias(head));
            split.addOutput("score_" + head.code());
        }
        graph.addInput(value("features", schema.size()))
                .addInitializer(weights)
                .addInitializer(biases)
                .addNode(node("MatMul", "features", "weights").addOutput("sums"))
                .addNode(node("Add", "sums", "biases").addOutput("scores"))
                .addNode(split);
        for (Head head : ModelKind.MARKET.heads()) {
            graph.addOutput(value(head.code(), 1))
                    .addNode(
                            node(
                                            head.isProbability() ? "Sigmoid" : "Identity",
                                            "score_" + head.code())
                                    .addOutput(head.code()));
        }
        return graph.build();
    }

    private Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("auspex.model", name);
        metadata.put("auspex.schema_names", json(schema.names()));
        metadata.put("auspex.schema_hash", schema.hash());
        metadata.put("auspex.market", json(market));
        metadata.put("auspex.targets", json(TargetSpec.standard()));
        metadata.put("auspex.provenance", json(Map.of("trainer", "auspex-bench")));
        metadata.put("auspex.conformal", json(Map.of("0.9", 0.02)));
        return metadata;
    }

    private static NodeProto.Builder node(String operator, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(operator)
                .setName(operator + "_" + inputs[0])
                .addAllInput(List.of(inputs));
    }

    private static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    private static TensorProto.Builder tensor(String name, long... shape) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder()
                        .setName(name)
                        .setDataType(TensorProto.DataType.FLOAT.getNumber());
        for (long dimension : shape) {
            tensor.addDims(dimension);
        }
        return tensor;
    }

    private static ValueInfoProto value(String name, long width) {
        TensorShapeProto shape =
                TensorShapeProto.newBuilder()
                        .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("N"))
                        .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(width))
                        .build();
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(
                        TypeProto.newBuilder()
                                .setTensorType(
                                        TypeProto.Tensor.newBuilder()
                                                .setElemType(TensorProto.DataType.FLOAT.getNumber())
                                                .setShape(shape)))
                .build();
    }

    private static String json(Object value) {
        return Json.mapper().valueToTree(value).toString();
    }
}
