package io.auspex.uploads;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.platform.Json;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a graph takes and gives, in words, and what a manifest for it looks like. */
final class GraphText {

    private static final int MAX_NAME = 80;
    private static final int MAX_LISTED = 12;

    private GraphText() {}

    /** The inputs that a caller has to give: constants may be listed among them. */
    static List<ValueInfoProto> inputs(GraphProto graph) {
        var constants =
                graph.getInitializerList().stream()
                        .map(tensor -> tensor.getName())
                        .collect(Collectors.toSet());
        return graph.getInputList().stream()
                .filter(input -> !constants.contains(input.getName()))
                .toList();
    }

    /** {@code inputs: 'X' float32 [N, 8]; outputs: 'label' int64 [N]}. */
    static String describe(GraphProto graph) {
        return "inputs: " + all(inputs(graph)) + "; outputs: " + all(graph.getOutputList());
    }

    /** A manifest for this very graph, to be filled in. */
    static String example(GraphProto graph) {
        ObjectNode manifest = Json.mapper().createObjectNode();
        var inputs = manifest.putArray("inputs");
        inputs(graph).stream()
                .limit(MAX_LISTED)
                .forEach(input -> {
                    ObjectNode entry = inputs.addObject().put("name", shortened(input.getName()));
                    entry.putArray("features").add("rsi_14@5m").add("..");
                });
        var outputs = manifest.putObject("outputs");
        List<ValueInfoProto> given = graph.getOutputList();
        if (!given.isEmpty()) {
            // Classifiers give the label first and the probabilities last.
            ValueInfoProto last = given.getLast();
            ObjectNode head = outputs.putObject("p_up").put("output", shortened(last.getName()));
            if (last.getType().hasSequenceType() || last.getType().hasMapType()) {
                head.put("class_label", "1");
            } else {
                head.put("column", 0);
            }
        }
        return manifest.toString();
    }

    static String describe(ValueInfoProto value) {
        return quoted(value.getName()) + " " + type(value.getType());
    }

    static String type(TypeProto type) {
        return switch (type.getValueCase()) {
            case TENSOR_TYPE -> name(type.getTensorType().getElemType()) + shape(type);
            case SEQUENCE_TYPE ->
                    type.getSequenceType().getElemType().hasMapType()
                            ? "sequence of maps"
                            : "sequence";
            case MAP_TYPE -> "map";
            case SPARSE_TENSOR_TYPE -> "sparse tensor";
            default -> "of no tensor type";
        };
    }

    static String name(int dataType) {
        DataType type = DataType.forNumber(dataType);
        if (type == null) {
            return "data type " + dataType;
        }
        return switch (type) {
            case FLOAT -> "float32";
            case DOUBLE -> "float64";
            default -> type.name().toLowerCase(Locale.ROOT);
        };
    }

    /** A name from the file, short and without control characters. */
    static String quoted(String name) {
        return "'" + shortened(name) + "'";
    }

    private static String shortened(String name) {
        String printable = name.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= MAX_NAME ? printable : printable.substring(0, MAX_NAME) + "..";
    }

    private static String all(List<ValueInfoProto> values) {
        String listed =
                values.stream()
                        .limit(MAX_LISTED)
                        .map(GraphText::describe)
                        .collect(Collectors.joining(", "));
        return values.size() > MAX_LISTED
                ? listed + " and " + (values.size() - MAX_LISTED) + " more"
                : listed;
    }

    private static String shape(TypeProto type) {
        if (!type.getTensorType().hasShape()) {
            return "";
        }
        return type.getTensorType().getShape().getDimList().stream()
                .limit(MAX_LISTED)
                .map(dimension ->
                        dimension.hasDimValue()
                                ? Long.toString(dimension.getDimValue())
                                : dimension.getDimParam().isEmpty()
                                        ? "?"
                                        : shortened(dimension.getDimParam()))
                .collect(Collectors.joining(", ", " [", "]"));
    }
}
