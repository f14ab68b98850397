package io.auspex.uploads;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;

/** The few operators that a graft is made of. Source: the ONNX operator specifications. */
final class OnnxNodes {

    private OnnxNodes() {}

    /** Columns of {@code [N, ..]} by an int64 constant. */
    static NodeProto gatherColumns(String data, String indices, String output) {
        return node("Gather", List.of(data, indices), output).toBuilder()
                .addAttribute(integer("axis", 1))
                .build();
    }

    static NodeProto cast(String input, int dataType, String output) {
        return node("Cast", List.of(input), output).toBuilder()
                .addAttribute(integer("to", dataType))
                .build();
    }

    static NodeProto reshape(String input, String shape, String output) {
        return node("Reshape", List.of(input, shape), output);
    }

    static NodeProto identity(String input, String output) {
        return node("Identity", List.of(input), output);
    }

    static TensorProto longs(String name, List<Long> values) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(DataType.INT64.getNumber())
                .addDims(values.size())
                .addAllInt64Data(values)
                .build();
    }

    /** A float32 value of shape {@code [N, columns]}. */
    static ValueInfoProto matrix(String name, int columns) {
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
                                                .setElemType(DataType.FLOAT.getNumber())
                                                .setShape(shape)))
                .build();
    }

    private static NodeProto node(String operator, List<String> inputs, String output) {
        return NodeProto.newBuilder()
                .setOpType(operator)
                .setName(output)
                .addAllInput(inputs)
                .addOutput(output)
                .build();
    }

    private static AttributeProto integer(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INT)
                .setI(value)
                .build();
    }
}
