package io.auspex.uploads;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.auspex.model.Head;
import io.auspex.uploads.Manifest.Output;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes a file that keeps the ONNX contract of one that does not, by the words of its manifest:
 *
 * <pre>
 * features [N, F] -> Gather -> Cast -> Reshape -> an input of the graph
 *     the graph as it was, every name prefixed, without ZipMap
 * an output of the graph -> Gather column -> Cast -> Reshape -> a head [N, 1]
 * </pre>
 *
 * What is not needed is left out. Trees whose row is made inside the graph get a Gather of exactly
 * the columns that they read in front: it fails when the row is too short, the trees would not.
 */
final class Graft {

    static final String INPUT = "features";

    /** Of every name of the graph as it came. */
    private static final String INNER = "given/";

    private static final String OUTER = "auspex/";
    private static final String COLUMN_SHAPE = OUTER + "column_shape";
    private static final int DEFAULT_OPSET = 17;

    /** Operators that answer a row with a row of the same width. */
    private static final Set<String> SAME_WIDTH =
            Set.of("Cast", "Identity", "Scaler", "Imputer", "Normalizer");

    /** LightGBM's exporter multiplies the probabilities by one. */
    private static final String MULTIPLIED = "Mul";

    private final ModelProto model;
    private final Manifest manifest;
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("auspex");
    private final Map<String, Integer> widths = new HashMap<>();
    private final Map<String, Classes> zipMaps = new HashMap<>();
    private final Map<String, NodeProto> producers = new HashMap<>();

    private ModelProto grafted = ModelProto.getDefaultInstance();
    private boolean guarded;

    private Graft(ModelProto model, Manifest manifest) {
        this.model = model;
        this.manifest = manifest;
        for (NodeProto node : model.getGraph().getNodeList()) {
            node.getOutputList().forEach(output -> producers.put(output, node));
            if (isZipMap(node)) {
                zipMaps.put(node.getOutput(0), new Classes(node.getInput(0), labels(node)));
            }
        }
    }

    /**
     * The model that the contract asks for.
     *
     * @param metadata becomes {@code metadata_props}, ordered by key
     */
    static Graft of(ModelProto model, Manifest manifest, Map<String, String> metadata)
            throws RefusedModelException {
        Graft graft = new Graft(model, manifest);
        graft.grafted = graft.make(metadata);
        return graft;
    }

    /** The file that keeps the contract. */
    ModelProto model() {
        return grafted;
    }

    /** Whether trees had to be kept from reading beyond their row. */
    boolean guarded() {
        return guarded;
    }

    private ModelProto make(Map<String, String> metadata) throws RefusedModelException {
        List<String> schema = manifest.schema().names();
        graph.addInput(OnnxNodes.matrix(INPUT, schema.size()));
        graph.addInitializer(OnnxNodes.longs(COLUMN_SHAPE, List.of(-1L, 1L)));
        inputs(schema);
        GraphProto given = model.getGraph();
        for (TensorProto constant : given.getInitializerList()) {
            graph.addInitializer(constant.toBuilder().setName(inner(constant.getName())));
        }
        for (NodeProto node : given.getNodeList()) {
            if (!isZipMap(node)) {
                add(node);
            }
        }
        for (Map.Entry<Head, Output> head : manifest.outputs().entrySet()) {
            output(head.getKey(), head.getValue());
        }
        ModelProto.Builder grafted =
                ModelProto.newBuilder()
                        .setIrVersion(model.getIrVersion())
                        .setProducerName(model.getProducerName())
                        .setProducerVersion(model.getProducerVersion())
                        .addAllOpsetImport(opsets())
                        .setGraph(graph);
        new TreeMap<>(metadata)
                .forEach((key, text) ->
                        grafted.addMetadataProps(
                                StringStringEntryProto.newBuilder().setKey(key).setValue(text)));
        return grafted.build();
    }

    private void inputs(List<String> schema) throws RefusedModelException {
        Map<String, Long> places = new HashMap<>();
        for (int i = 0; i < schema.size(); i++) {
            places.put(schema.get(i), (long) i);
        }
        Map<String, ValueInfoProto> given = new HashMap<>();
        GraphText.inputs(model.getGraph()).forEach(input -> given.put(input.getName(), input));
        for (int i = 0; i < manifest.inputs().size(); i++) {
            String name = manifest.inputs().get(i).name();
            ValueInfoProto input = given.remove(name);
            if (input == null) {
                throw unfit("the graph has no input '" + name + "'");
            }
            List<Long> columns = manifest.places().get(i).stream().map(places::get).toList();
            input(input, columns, schema.size());
        }
        if (!given.isEmpty()) {
            throw unfit("the manifest does not name the input " + given.keySet().iterator().next());
        }
    }

    private void input(ValueInfoProto input, List<Long> columns, int features)
            throws RefusedModelException {
        TypeProto type = input.getType();
        if (!type.hasTensorType()) {
            throw RefusedModelException.file(
                    "the input " + GraphText.describe(input) + " is no tensor");
        }
        String name = input.getName();
        int dataType = type.getTensorType().getElemType();
        requireNumeric(input, dataType);
        List<Long> shape = rowShape(input, columns.size());
        List<Step> steps = new ArrayList<>();
        if (!columns.equals(LongStream.range(0, features).boxed().toList())) {
            String indices = OUTER + name + "/columns";
            graph.addInitializer(OnnxNodes.longs(indices, columns));
            steps.add((from, to) -> OnnxNodes.gatherColumns(from, indices, to));
        }
        if (dataType != DataType.FLOAT.getNumber()) {
            steps.add((from, to) -> OnnxNodes.cast(from, dataType, to));
        }
        if (shape.size() != 2) {
            String shapeName = OUTER + name + "/shape";
            graph.addInitializer(OnnxNodes.longs(shapeName, shape));
            steps.add((from, to) -> OnnxNodes.reshape(from, shapeName, to));
        } else {
            widths.put(inner(name), columns.size());
        }
        if (steps.isEmpty()) {
            steps.add(OnnxNodes::identity);
        }
        chain(INPUT, OUTER + name, inner(name), steps);
    }

    /** The shape that the graph wants its rows in, -1 for their number. */
    private List<Long> rowShape(ValueInfoProto input, int columns) throws RefusedModelException {
        TypeProto.Tensor tensor = input.getType().getTensorType();
        if (!tensor.hasShape()) {
            return List.of(-1L, (long) columns);
        }
        List<Dimension> declared = tensor.getShape().getDimList();
        if (declared.isEmpty()) {
            throw RefusedModelException.file(
                    "the input " + GraphText.describe(input) + " has no place for rows");
        }
        List<Long> shape = new ArrayList<>(List.of(-1L));
        long values = 1;
        boolean free = false;
        for (Dimension dimension : declared.subList(1, declared.size())) {
            boolean known = dimension.hasDimValue() && dimension.getDimValue() > 0;
            free |= !known;
            long size = known ? dimension.getDimValue() : columns;
            shape.add(size);
            values *= Math.min(size, Integer.MAX_VALUE);
        }
        if (values != columns || (free && declared.size() > 2)) {
            throw unfit(
                    "the input %s takes %s values a row, the manifest gives it %d"
                            .formatted(
                                    GraphText.describe(input),
                                    free ? "an unknown number of" : Long.toString(values),
                                    columns));
        }
        return shape;
    }

    private void output(Head head, Output wanted) throws RefusedModelException {
        ValueInfoProto output =
                model.getGraph().getOutputList().stream()
                        .filter(candidate -> candidate.getName().equals(wanted.output()))
                        .findFirst()
                        .orElseThrow(
                                () -> unfit("the graph has no output '" + wanted.output() + "'"));
        Classes zipMap = zipMaps.get(output.getName());
        String source = zipMap == null ? output.getName() : zipMap.source();
        boolean flat = zipMap == null && requireColumns(head, output, wanted);
        List<Step> steps = new ArrayList<>();
        if (!flat) {
            String index = OUTER + head.code() + "/column";
            graph.addInitializer(OnnxNodes.longs(index, List.of(column(wanted, output, zipMap))));
            steps.add((from, to) -> OnnxNodes.gatherColumns(from, index, to));
        }
        steps.add((from, to) -> OnnxNodes.cast(from, DataType.FLOAT.getNumber(), to));
        steps.add((from, to) -> OnnxNodes.reshape(from, COLUMN_SHAPE, to));
        chain(inner(source), OUTER + head.code(), head.code(), steps);
        graph.addOutput(OnnxNodes.matrix(head.code(), 1));
    }

    /** Whether the output is a plain vector {@code [N]}; refuses what has no columns. */
    private boolean requireColumns(Head head, ValueInfoProto output, Output wanted)
            throws RefusedModelException {
        TypeProto type = output.getType();
        if (!type.hasTensorType()) {
            throw unfit(
                    "the output %s is neither a tensor nor made by ZipMap"
                            .formatted(GraphText.describe(output)));
        }
        int dataType = type.getTensorType().getElemType();
        boolean real =
                dataType == DataType.FLOAT.getNumber()
                        || dataType == DataType.DOUBLE.getNumber()
                        || dataType == DataType.FLOAT16.getNumber();
        if (!real) {
            throw unfit(
                    "the output %s of %s is of whole numbers or text: it looks like the label of a class"
                            .formatted(GraphText.describe(output), head.code()));
        }
        if (!type.getTensorType().hasShape()) {
            return false;
        }
        List<Dimension> shape = type.getTensorType().getShape().getDimList();
        boolean flat = shape.size() == 1;
        int column = wanted.column() == null ? 0 : wanted.column();
        boolean inside =
                flat
                        ? column == 0 && wanted.classLabel() == null
                        : shape.size() == 2
                                && (shape.get(1).getDimValue() <= 0
                                        || column < shape.get(1).getDimValue());
        if (!inside) {
            throw unfit(
                    "the output %s has no column %s for %s"
                            .formatted(
                                    GraphText.describe(output),
                                    wanted.classLabel() == null ? column : wanted.classLabel(),
                                    head.code()));
        }
        return flat;
    }

    private long column(Output wanted, ValueInfoProto output, @Nullable Classes zipMap)
            throws RefusedModelException {
        String label = wanted.classLabel();
        if (label == null) {
            return wanted.column() == null ? 0 : wanted.column();
        }
        List<String> labels = zipMap == null ? classes(output.getName()) : zipMap.labels();
        int column = labels.indexOf(label);
        if (column < 0) {
            throw unfit(
                    labels.isEmpty()
                            ? "the output '%s' says no class labels: give a column"
                                    .formatted(wanted.output())
                            : "the output '%s' has no class '%s'; it has %s"
                                    .formatted(wanted.output(), label, labels));
        }
        return column;
    }

    /** The labels of the classifier that an output comes from, as good as directly. */
    private List<String> classes(String output) {
        String name = output;
        Set<String> seen = new HashSet<>();
        while (seen.add(name)) {
            NodeProto producer = producers.get(name);
            if (producer == null) {
                return List.of();
            }
            List<String> labels = labels(producer);
            if (!labels.isEmpty()) {
                return producer.getOutputCount() > 1 && producer.getOutput(1).equals(name)
                        ? labels
                        : List.of();
            }
            if (!SAME_WIDTH.contains(producer.getOpType())
                    && !producer.getOpType().equals(MULTIPLIED)) {
                return List.of();
            }
            name = producer.getInput(0);
        }
        return List.of();
    }

    private void add(NodeProto node) throws RefusedModelException {
        NodeProto.Builder added = renamed(node).toBuilder();
        if (TreeCheck.isTree(node)) {
            guard(added, TreeCheck.width(node));
        } else if (SAME_WIDTH.contains(node.getOpType())) {
            Integer width = widths.get(added.getInput(0));
            if (width != null) {
                widths.put(added.getOutput(0), width);
            }
        }
        graph.addNode(added);
    }

    private void guard(NodeProto.Builder trees, int needed) throws RefusedModelException {
        String row = trees.getInput(0);
        Integer width = widths.get(row);
        if (width == null) {
            String columns = OUTER + trees.getOutput(0) + "/columns";
            String columnsRead = OUTER + trees.getOutput(0) + "/row";
            graph.addInitializer(
                    OnnxNodes.longs(columns, LongStream.range(0, needed).boxed().toList()));
            graph.addNode(OnnxNodes.gatherColumns(row, columns, columnsRead));
            trees.setInput(0, columnsRead);
            guarded = true;
        } else if (needed > width) {
            throw unfit(
                    "trees read feature number %d of a row of %d (numbers start at 0)"
                            .formatted(needed - 1, width));
        }
    }

    private static NodeProto renamed(NodeProto node) {
        NodeProto.Builder renamed = node.toBuilder().clearInput().clearOutput().clearDocString();
        renamed.setName(inner(node.getName()));
        node.getInputList().forEach(name -> renamed.addInput(inner(name)));
        node.getOutputList().forEach(name -> renamed.addOutput(inner(name)));
        for (int i = 0; i < node.getAttributeCount(); i++) {
            AttributeProto attribute = node.getAttribute(i);
            if (attribute.hasG()) {
                renamed.setAttribute(i, attribute.toBuilder().setG(renamed(attribute.getG())));
            }
        }
        return renamed.build();
    }

    /** A branch: GraphCheck has bounded how deep they are nested. */
    private static GraphProto renamed(GraphProto branch) {
        GraphProto.Builder renamed =
                branch.toBuilder()
                        .clearNode()
                        .clearInitializer()
                        .clearOutput()
                        .clearValueInfo()
                        .clearDocString();
        branch.getNodeList().forEach(node -> renamed.addNode(renamed(node)));
        branch.getInitializerList()
                .forEach(tensor ->
                        renamed.addInitializer(
                                tensor.toBuilder().setName(inner(tensor.getName()))));
        branch.getOutputList()
                .forEach(output ->
                        renamed.addOutput(output.toBuilder().setName(inner(output.getName()))));
        return renamed.build();
    }

    private void chain(String from, String between, String to, List<Step> steps) {
        String value = from;
        for (int i = 0; i < steps.size(); i++) {
            String next = i == steps.size() - 1 ? to : between + "/" + i;
            graph.addNode(steps.get(i).node(value, next));
            value = next;
        }
    }

    /** Domains that no operator uses are left out. */
    private List<OperatorSetIdProto> opsets() {
        List<OperatorSetIdProto> opsets = new ArrayList<>();
        boolean standard = false;
        for (OperatorSetIdProto opset : model.getOpsetImportList()) {
            if (Operators.knowsDomain(opset.getDomain())) {
                opsets.add(opset);
                standard |= Operators.isStandard(opset.getDomain());
            }
        }
        if (!standard) {
            opsets.add(OperatorSetIdProto.newBuilder().setVersion(DEFAULT_OPSET).build());
        }
        return opsets;
    }

    private static void requireNumeric(ValueInfoProto input, int dataType)
            throws RefusedModelException {
        DataType type = DataType.forNumber(dataType);
        boolean numeric =
                type != null
                        && switch (type) {
                            case FLOAT,
                                    DOUBLE,
                                    FLOAT16,
                                    BFLOAT16,
                                    BOOL,
                                    INT8,
                                    INT16,
                                    INT32,
                                    INT64,
                                    UINT8,
                                    UINT16,
                                    UINT32,
                                    UINT64 ->
                                    true;
                            default -> false;
                        };
        if (!numeric) {
            throw RefusedModelException.file(
                    "the input %s does not take numbers; encode it before the export"
                            .formatted(GraphText.describe(input)));
        }
    }

    private static boolean isZipMap(NodeProto node) {
        return node.getDomain().equals(Operators.ML_DOMAIN)
                && node.getOpType().equals(Operators.ZIP_MAP)
                && node.getInputCount() == 1
                && node.getOutputCount() == 1;
    }

    private static List<String> labels(NodeProto node) {
        List<String> labels = new ArrayList<>();
        for (AttributeProto attribute : node.getAttributeList()) {
            switch (attribute.getName()) {
                case "classlabels_int64s", "classlabels_ints" ->
                        attribute.getIntsList().forEach(label -> labels.add(Long.toString(label)));
                case "classlabels_strings" ->
                        attribute
                                .getStringsList()
                                .forEach(label -> labels.add(label.toStringUtf8()));
                default -> {
                    // Not about labels.
                }
            }
        }
        return labels;
    }

    /** Missing optional inputs and outputs have no name. */
    private static String inner(String name) {
        return name.isEmpty() ? name : INNER + name;
    }

    private RefusedModelException unfit(String reason) {
        return RefusedModelException.manifest(
                reason + ". The graph has " + GraphText.describe(model.getGraph()));
    }

    private interface Step {
        NodeProto node(String from, String to);
    }

    /** What a ZipMap makes its maps of. */
    private record Classes(String source, List<String> labels) {}
}
