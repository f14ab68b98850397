package io.auspex.training;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.auspex.model.Calibration;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Writes the heads of a model as one ONNX graph. The same input gives the same bytes.
 *
 * <pre>
 * features [N, F] -> Scaler -> TreeEnsembleRegressor -> raw_scores [N, 4] -> Mul -> Add -> Split
 *    -> Sigmoid -> p_up, p_down, p_stop [N, 1]
 *    -> expected_return [N, 1]
 * </pre>
 *
 * The heads shown are those of the market; a model of another {@link ModelKind} has its own.
 * Operator set 21, ai.onnx.ml 3, IR 10; all float32. Source: the ONNX operator specifications.
 */
final class OnnxExporter {

    /** Name of the value between trees and calibration. */
    static final String RAW_SCORES = "raw_scores";

    private static final int IR_VERSION = 10;
    private static final int OPSET = 21;
    private static final int ML_OPSET = 3;
    private static final String ML_DOMAIN = "ai.onnx.ml";

    private OnnxExporter() {}

    /**
     * @param heads of every head of the kind, all of the same width
     * @param calibrations of every head of the kind
     * @param name of the graph
     * @param metadata becomes {@code metadata_props}, ordered by key
     */
    static byte[] export(
            ModelKind kind,
            Map<Head, LightGbmModel> heads,
            Map<Head, Calibration> calibrations,
            FeatureScales scales,
            String name,
            Map<String, String> metadata) {
        int features = Objects.requireNonNull(heads.get(kind.heads().getFirst())).features();
        GraphProto.Builder graph = GraphProto.newBuilder().setName(name).setDocString("auspex");
        graph.addInput(value("features", features));
        graph.addNode(scaler(scales));
        graph.addNode(TreeEnsemble.of(kind, heads, scales).node("scaled", RAW_SCORES));
        graph.addInitializer(constant("slope", kind, calibrations, Calibration::slope));
        graph.addInitializer(constant("intercept", kind, calibrations, Calibration::intercept));
        graph.addNode(node("Mul", List.of(RAW_SCORES, "slope"), List.of("sloped")));
        graph.addNode(node("Add", List.of("sloped", "intercept"), List.of("calibrated")));
        graph.addNode(split(kind));
        for (Head head : kind.heads()) {
            if (head.isProbability()) {
                graph.addNode(
                        node("Sigmoid", List.of(head.code() + "_logit"), List.of(head.code())));
            }
            graph.addOutput(value(head.code(), 1));
        }
        ModelProto.Builder model =
                ModelProto.newBuilder()
                        .setIrVersion(IR_VERSION)
                        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
                        .addOpsetImport(
                                OperatorSetIdProto.newBuilder()
                                        .setDomain(ML_DOMAIN)
                                        .setVersion(ML_OPSET))
                        .setProducerName("auspex")
                        .setDocString("auspex")
                        .setGraph(graph);
        new TreeMap<>(metadata)
                .forEach((key, text) ->
                        model.addMetadataProps(
                                StringStringEntryProto.newBuilder().setKey(key).setValue(text)));
        return model.build().toByteArray();
    }

    private static NodeProto scaler(FeatureScales scales) {
        List<Float> factors = scales.factors();
        return node("Scaler", List.of("features"), List.of("scaled")).toBuilder()
                .setDomain(ML_DOMAIN)
                .addAttribute(floats("offset", factors.stream().map(factor -> 0f).toList()))
                .addAttribute(floats("scale", factors))
                .build();
    }

    private static NodeProto split(ModelKind kind) {
        List<String> parts =
                kind.heads().stream()
                        .map(head -> head.isProbability() ? head.code() + "_logit" : head.code())
                        .toList();
        return node("Split", List.of("calibrated"), parts).toBuilder()
                .addAttribute(integer("axis", 1))
                .addAttribute(integer("num_outputs", parts.size()))
                .build();
    }

    private static TensorProto constant(
            String name,
            ModelKind kind,
            Map<Head, Calibration> calibrations,
            Function<Calibration, Double> parameter) {
        List<Head> heads = kind.heads();
        ByteBuffer raw =
                ByteBuffer.allocate(heads.size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (Head head : heads) {
            raw.putFloat(
                    parameter.apply(Objects.requireNonNull(calibrations.get(head))).floatValue());
        }
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .addDims(heads.size())
                .setRawData(ByteString.copyFrom(raw.flip()))
                .build();
    }

    /** A float32 value of shape {@code [N, columns]}. */
    private static ValueInfoProto value(String name, int columns) {
        TensorShapeProto shape =
                TensorShapeProto.newBuilder()
                        .addDim(Dimension.newBuilder().setDimParam("N"))
                        .addDim(Dimension.newBuilder().setDimValue(columns))
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

    static NodeProto node(String operator, List<String> inputs, List<String> outputs) {
        return NodeProto.newBuilder()
                .setOpType(operator)
                .setName(operator + "_" + outputs.getFirst())
                .addAllInput(inputs)
                .addAllOutput(outputs)
                .build();
    }

    static NodeProto mlNode(
            String operator, String input, String output, List<AttributeProto> attributes) {
        return node(operator, List.of(input), List.of(output)).toBuilder()
                .setDomain(ML_DOMAIN)
                .addAllAttribute(attributes)
                .build();
    }

    static AttributeProto integer(String name, long value) {
        return attribute(name, AttributeType.INT).setI(value).build();
    }

    static AttributeProto integers(String name, List<Long> values) {
        return attribute(name, AttributeType.INTS).addAllInts(values).build();
    }

    static AttributeProto floats(String name, List<Float> values) {
        return attribute(name, AttributeType.FLOATS).addAllFloats(values).build();
    }

    static AttributeProto string(String name, String value) {
        return attribute(name, AttributeType.STRING).setS(ByteString.copyFromUtf8(value)).build();
    }

    static AttributeProto strings(String name, List<String> values) {
        return attribute(name, AttributeType.STRINGS)
                .addAllStrings(values.stream().map(ByteString::copyFromUtf8).toList())
                .build();
    }

    private static AttributeProto.Builder attribute(String name, AttributeType type) {
        return AttributeProto.newBuilder().setName(name).setType(type);
    }
}
