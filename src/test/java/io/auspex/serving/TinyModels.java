package io.auspex.serving;

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
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelKind;
import io.auspex.model.TargetSpec;
import io.auspex.platform.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Model files of a few hundred bytes that keep the whole contract, made without training: each head
 * is {@code bias + weight * sum(features)}, through a sigmoid for probabilities. Two versions with
 * different biases tell by every answer which of them gave it.
 */
public final class TinyModels {

    private static final int SLOW_WIDTH = 256;

    /** Weight of every feature. */
    public static final float WEIGHT = 0.01f;

    private String model = "tiny";
    private List<String> features = List.of("rsi_14@5m", "momentum_24@5m", "volatility_12@5m");
    private String input = "features";
    private int width = -1;
    private List<String> outputs =
            List.of(
                    Head.P_UP.code(),
                    Head.P_DOWN.code(),
                    Head.EXPECTED_RETURN.code(),
                    Head.P_STOP.code());
    private MarketSpec market = new MarketSpec("simulated", List.of(), Timeframe.FIVE_MINUTES);
    private float bias = 0.1f;
    private double probeError;
    private int slowness;
    private int slowWidth = SLOW_WIDTH;
    private final Map<String, UnaryOperator<String>> changes = new LinkedHashMap<>();

    private TinyModels() {}

    /** A model that can be promoted as it is. */
    public static TinyModels tiny() {
        return new TinyModels();
    }

    public TinyModels named(String name) {
        model = name;
        return this;
    }

    public TinyModels features(List<String> names) {
        features = List.copyOf(names);
        return this;
    }

    public TinyModels market(MarketSpec spec) {
        market = spec;
        return this;
    }

    /** What tells this version from another. */
    public TinyModels bias(float value) {
        bias = value;
        return this;
    }

    /** Gives the graph's input another name. */
    public TinyModels input(String name) {
        input = name;
        return this;
    }

    /** Gives the graph's input another width than the schema has. */
    public TinyModels width(int value) {
        width = value;
        return this;
    }

    /** Gives the outputs other names, in the order of the heads. */
    public TinyModels outputs(List<String> names) {
        outputs = List.copyOf(names);
        return this;
    }

    /** Makes the probe lie by that much. */
    public TinyModels probeError(double error) {
        probeError = error;
        return this;
    }

    /**
     * Makes a row cost that many products of a vector and a matrix of {@value #SLOW_WIDTH} columns,
     * which add nothing to the answer.
     */
    public TinyModels slow(int products) {
        slowness = products;
        return this;
    }

    /**
     * As the other, of a matrix of so many columns and rows, which is also what the file is as
     * large as.
     */
    public TinyModels slow(int products, int columns) {
        slowness = products;
        slowWidth = columns;
        return this;
    }

    /** Leaves a metadata entry out. */
    public TinyModels without(String key) {
        changes.put(key, _ -> null);
        return this;
    }

    /** Gives a metadata entry another text. */
    public TinyModels with(String key, String text) {
        changes.put(key, _ -> text);
        return this;
    }

    public FeatureSchema schema() {
        return FeatureSchema.of(features);
    }

    /** What the model says of a row, computed here in double precision. */
    public double answer(Head head, float... row) {
        double sum = bias + head.ordinal() * 0.25;
        for (float value : row) {
            sum += (double) WEIGHT * value;
        }
        return head.isProbability() ? 1 / (1 + Math.exp(-sum)) : sum;
    }

    /** A training report that has only a probe, of 32 rows. */
    public JsonNode report() {
        Random random = new Random(5);
        ObjectNode probe = Json.mapper().createObjectNode();
        ArrayNode rows = probe.putArray("features");
        ObjectNode answers = probe.putObject("outputs");
        for (Head head : ModelKind.MARKET.heads()) {
            answers.putArray(head.code());
        }
        for (int i = 0; i < 32; i++) {
            float[] row = new float[features.size()];
            ArrayNode values = rows.addArray();
            for (int j = 0; j < row.length; j++) {
                row[j] = (float) random.nextGaussian();
                values.add(row[j]);
            }
            for (Head head : ModelKind.MARKET.heads()) {
                answers.withArray(head.code()).add(answer(head, row) + probeError);
            }
        }
        return Json.mapper().createObjectNode().set("probe", probe);
    }

    /** The file. */
    public byte[] onnx() {
        ModelProto.Builder built =
                ModelProto.newBuilder()
                        .setIrVersion(10)
                        .setProducerName("auspex-tests")
                        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(21))
                        .setGraph(graph());
        metadata()
                .forEach((key, value) ->
                        built.addMetadataProps(
                                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
        return built.build().toByteArray();
    }

    private GraphProto graph() {
        int f = width < 0 ? features.size() : width;
        float[] weights = new float[f * 4];
        Arrays.fill(weights, WEIGHT);
        float[] biases = new float[4];
        for (int i = 0; i < 4; i++) {
            biases[i] = bias + i * 0.25f;
        }
        GraphProto.Builder graph =
                GraphProto.newBuilder()
                        .setName("tiny")
                        .addInput(value(input, f))
                        .addInitializer(tensor("weights", weights, f, 4))
                        .addInitializer(tensor("biases", biases, 4))
                        .addNode(node("MatMul", List.of(input, "weights"), List.of("sums")))
                        .addNode(
                                node(
                                        "Add",
                                        List.of(slowness > 0 ? slowed() : "sums", "biases"),
                                        List.of("scores")))
                        .addNode(split());
        if (slowness > 0) {
            addSlowness(graph, f);
        }
        for (int i = 0; i < outputs.size(); i++) {
            String operator =
                    ModelKind.MARKET.heads().get(i).isProbability() ? "Sigmoid" : "Identity";
            graph.addOutput(value(outputs.get(i), 1))
                    .addNode(node(operator, List.of("score" + i), List.of(outputs.get(i))));
        }
        return graph.build();
    }

    private static String slowed() {
        return "slowed";
    }

    private void addSlowness(GraphProto.Builder graph, int features) {
        graph.addInitializer(tensor("widen", new float[features * slowWidth], features, slowWidth))
                .addInitializer(
                        tensor("product", new float[slowWidth * slowWidth], slowWidth, slowWidth))
                .addInitializer(tensor("narrow", new float[slowWidth * 4], slowWidth, 4))
                .addNode(node("MatMul", List.of(input, "widen"), List.of("slow0")));
        for (int i = 1; i <= slowness; i++) {
            graph.addNode(
                    node("MatMul", List.of("slow" + (i - 1), "product"), List.of("slow" + i)));
        }
        graph.addNode(node("MatMul", List.of("slow" + slowness, "narrow"), List.of("nothing")))
                .addNode(node("Add", List.of("sums", "nothing"), List.of(slowed())));
    }

    private Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("auspex.model", model);
        metadata.put("auspex.schema_names", json(features));
        metadata.put("auspex.schema_hash", schema().hash());
        metadata.put("auspex.market", json(market));
        metadata.put("auspex.targets", json(TargetSpec.standard()));
        metadata.put("auspex.provenance", json(Map.of("trainer", "by hand", "seed", 0)));
        metadata.put("auspex.conformal", json(Map.of("0.8", 0.01, "0.9", 0.02)));
        metadata.put("auspex.report", json(report()));
        changes.forEach((key, change) -> {
            String changed = change.apply(metadata.get(key));
            if (changed == null) {
                metadata.remove(key);
            } else {
                metadata.put(key, changed);
            }
        });
        return metadata;
    }

    private static NodeProto split() {
        List<String> scores = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            scores.add("score" + i);
        }
        return node("Split", List.of("scores"), scores).toBuilder()
                .addAttribute(attribute("axis", 1))
                .addAttribute(attribute("num_outputs", 4))
                .build();
    }

    private static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    private static NodeProto node(String operator, List<String> inputs, List<String> outputs) {
        return NodeProto.newBuilder()
                .setOpType(operator)
                .setName(operator + "_" + outputs.getFirst())
                .addAllInput(inputs)
                .addAllOutput(outputs)
                .build();
    }

    private static TensorProto tensor(String name, float[] values, long... shape) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder()
                        .setName(name)
                        .setDataType(TensorProto.DataType.FLOAT.getNumber());
        for (long dimension : shape) {
            tensor.addDims(dimension);
        }
        for (float value : values) {
            tensor.addFloatData(value);
        }
        return tensor.build();
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
