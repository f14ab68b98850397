package io.auspex.uploads;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What can be known of a graph without running it: that it is whole, made of known operators, ends,
 * and never takes a size from feature values. After that its cost depends on nothing but the number
 * of rows, so that running it with every number of rows shows what it can cost.
 */
final class GraphCheck {

    static final int MAX_NODES = 10_000;

    /** Branches within branches. */
    static final int MAX_DEPTH = 4;

    /** Gather, Cast and Reshape as the graft uses them. */
    private static final int MIN_OPSET = 7;

    private static final int MAX_NODE_VALUES = 4_096;

    private int nodes;

    private GraphCheck() {}

    /** Refuses what is not known to be harmless. */
    static Figures require(ModelProto model) throws RefusedModelException {
        if (!model.hasGraph() || model.getGraph().getNodeCount() == 0) {
            throw RefusedModelException.file("it is no ONNX model: there is no graph in it");
        }
        if (model.getFunctionsCount() > 0) {
            throw RefusedModelException.file(
                    "it defines functions of its own (%s); export it with functions inlined"
                            .formatted(GraphText.quoted(model.getFunctions(0).getName())));
        }
        if (model.getTrainingInfoCount() > 0) {
            throw RefusedModelException.file("it contains a training graph; export for inference");
        }
        for (OperatorSetIdProto opset : model.getOpsetImportList()) {
            if (Operators.isStandard(opset.getDomain()) && opset.getVersion() < MIN_OPSET) {
                throw RefusedModelException.file(
                        "it was exported for operator set %d; at least %d is needed"
                                .formatted(opset.getVersion(), MIN_OPSET));
            }
        }
        GraphCheck check = new GraphCheck();
        GraphProto graph = model.getGraph();
        Scope scope = new Scope(null);
        for (ValueInfoProto input : GraphText.inputs(graph)) {
            scope.define(input.getName(), true);
        }
        check.graph(graph, scope, 0);
        return new Figures(check.nodes);
    }

    /**
     * @param nodes operators, those in branches included
     */
    record Figures(int nodes) {}

    private void graph(GraphProto graph, Scope scope, int depth) throws RefusedModelException {
        if (depth > MAX_DEPTH) {
            throw RefusedModelException.file(
                    "its branches are nested deeper than " + MAX_DEPTH + " levels");
        }
        if (graph.getSparseInitializerCount() > 0) {
            throw TensorCheck.sparse(graph.getSparseInitializer(0));
        }
        for (TensorProto constant : graph.getInitializerList()) {
            TensorCheck.require(constant);
            scope.define(constant.getName(), false);
        }
        for (NodeProto node : graph.getNodeList()) {
            node(node, scope, depth);
        }
        for (ValueInfoProto output : graph.getOutputList()) {
            scope.require(output.getName());
        }
    }

    private void node(NodeProto node, Scope scope, int depth) throws RefusedModelException {
        if (++nodes > MAX_NODES) {
            throw RefusedModelException.file("it has more than " + MAX_NODES + " operators");
        }
        int[] sizes = sizeInputs(node);
        if (node.getInputCount() > MAX_NODE_VALUES || node.getOutputCount() > MAX_NODE_VALUES) {
            throw RefusedModelException.file(
                    "the operator %s has more than %d inputs or outputs"
                            .formatted(title(node), MAX_NODE_VALUES));
        }
        boolean fromFeatures = false;
        for (String input : node.getInputList()) {
            fromFeatures |= !input.isEmpty() && scope.require(input);
        }
        for (int place : sizes) {
            if (place < node.getInputCount()
                    && !node.getInput(place).isEmpty()
                    && scope.require(node.getInput(place))) {
                throw RefusedModelException.file(
                        "the operator %s takes a size or a branch (%s) from feature values: one row"
                                        .formatted(
                                                title(node), GraphText.quoted(node.getInput(place)))
                                + " could ask for any amount of memory");
            }
        }
        fromFeatures |= attributes(node, scope, depth);
        if (isShape(node)) {
            fromFeatures = false;
        }
        if (TreeCheck.isTree(node)) {
            if (depth > 0) {
                throw RefusedModelException.file("there are trees inside a branch");
            }
            TreeCheck.require(node);
        }
        for (String output : node.getOutputList()) {
            if (!output.isEmpty()) {
                scope.define(output, fromFeatures);
            }
        }
    }

    /** The shape of what is allowed never depends on feature values. */
    private static boolean isShape(NodeProto node) {
        return Operators.isStandard(node.getDomain())
                && (node.getOpType().equals("Shape") || node.getOpType().equals("Size"));
    }

    private boolean attributes(NodeProto node, Scope scope, int depth)
            throws RefusedModelException {
        boolean fromFeatures = false;
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasT()) {
                TensorCheck.require(attribute.getT());
            }
            for (TensorProto tensor : attribute.getTensorsList()) {
                TensorCheck.require(tensor);
            }
            if (attribute.hasSparseTensor()) {
                throw TensorCheck.sparse(attribute.getSparseTensor());
            }
            if (attribute.getSparseTensorsCount() > 0) {
                throw TensorCheck.sparse(attribute.getSparseTensors(0));
            }
            if (attribute.hasG() || attribute.getGraphsCount() > 0) {
                if (!node.getOpType().equals(Operators.IF) || !attribute.hasG()) {
                    throw RefusedModelException.file(
                            "the operator " + title(node) + " has a graph inside");
                }
                Scope branch = new Scope(scope);
                graph(attribute.getG(), branch, depth + 1);
                for (ValueInfoProto output : attribute.getG().getOutputList()) {
                    fromFeatures |= branch.require(output.getName());
                }
            }
        }
        return fromFeatures;
    }

    private static int[] sizeInputs(NodeProto node) throws RefusedModelException {
        if (!Operators.knowsDomain(node.getDomain())) {
            throw RefusedModelException.file(
                    "the operator %s is of the domain %s; only ai.onnx and ai.onnx.ml are known"
                            .formatted(title(node), GraphText.quoted(node.getDomain())));
        }
        return Operators.sizeInputs(node.getDomain(), node.getOpType())
                .orElseThrow(() ->
                        RefusedModelException.file(
                                "the operator %s is not allowed: it is unknown, or has loops, random numbers"
                                                .formatted(title(node))
                                        + " or an output of unbounded size"));
    }

    static String title(NodeProto node) {
        String type = GraphText.quoted(node.getOpType());
        return node.getName().isEmpty() ? type : type + " " + GraphText.quoted(node.getName());
    }

    /**
     * The values that can be seen at a place of the graph, and whether they follow the features.
     */
    private static final class Scope {

        private final @Nullable Scope outer;
        private final Map<String, Boolean> values = new HashMap<>();

        Scope(@Nullable Scope outer) {
            this.outer = outer;
        }

        void define(String name, boolean fromFeatures) throws RefusedModelException {
            if (find(name) != null) {
                throw RefusedModelException.file(
                        "the value " + GraphText.quoted(name) + " is defined twice");
            }
            values.put(name, fromFeatures);
        }

        /** Whether the value depends on the values of features. */
        boolean require(String name) throws RefusedModelException {
            Boolean found = find(name);
            if (found == null) {
                throw RefusedModelException.file(
                        "the value "
                                + GraphText.quoted(name)
                                + " is used before it is defined, or never is");
            }
            return found;
        }

        private @Nullable Boolean find(String name) {
            for (Scope scope = this; scope != null; scope = scope.outer) {
                Boolean found = scope.values.get(name);
                if (found != null) {
                    return found;
                }
            }
            return null;
        }
    }
}
