package io.auspex.training;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.training.Tree.Leaf;
import io.auspex.training.Tree.Node;
import io.auspex.training.Tree.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The trees of all heads as the attributes of one TreeEnsembleRegressor (ai.onnx.ml 3) whose target
 * {@code i} is the raw score of head {@code i}.
 *
 * <p>ONNX Runtime adds leaves up in float32. LightGBM hides the base score in the leaves of the
 * first tree; it is taken out again and added last, so that the sums stay small and precise.
 */
final class TreeEnsemble {

    private final FeatureScales scales;
    private final List<Long> treeIds = new ArrayList<>();
    private final List<Long> nodeIds = new ArrayList<>();
    private final List<Long> features = new ArrayList<>();
    private final List<Float> thresholds = new ArrayList<>();
    private final List<String> modes = new ArrayList<>();
    private final List<Long> left = new ArrayList<>();
    private final List<Long> right = new ArrayList<>();
    private final List<Long> nanGoesLeft = new ArrayList<>();
    private final List<Long> targetTreeIds = new ArrayList<>();
    private final List<Long> targetNodeIds = new ArrayList<>();
    private final List<Long> targetIds = new ArrayList<>();
    private final List<Float> weights = new ArrayList<>();
    private final List<Float> bases = new ArrayList<>();
    private long trees;
    private long nodes;

    private TreeEnsemble(FeatureScales scales) {
        this.scales = scales;
    }

    static TreeEnsemble of(ModelKind kind, Map<Head, LightGbmModel> heads, FeatureScales scales) {
        TreeEnsemble ensemble = new TreeEnsemble(scales);
        for (Head head : kind.heads()) {
            ensemble.add(head.column(), Objects.requireNonNull(heads.get(head)));
        }
        return ensemble;
    }

    private void add(int target, LightGbmModel model) {
        if (model.trees().isEmpty()) {
            // Runtimes expect every target to have a tree.
            addTree(target, new Tree(new Leaf(0)), 0);
            bases.add((float) model.base());
            return;
        }
        double hidden = middle(model.trees().getFirst().root());
        double shift = hidden;
        for (Tree tree : model.trees()) {
            addTree(target, tree, shift);
            shift = 0;
        }
        bases.add((float) (model.base() + hidden));
    }

    private void addTree(int target, Tree tree, double shift) {
        nodes = 0;
        addNode(target, tree.root(), shift);
        trees++;
    }

    /** Parents come before their children; returns the node's id. */
    private long addNode(int target, Node node, double shift) {
        long id = nodes++;
        int index = nodeIds.size();
        treeIds.add(trees);
        nodeIds.add(id);
        left.add(0L);
        right.add(0L);
        switch (node) {
            case Leaf leaf -> {
                features.add(0L);
                thresholds.add(0f);
                modes.add("LEAF");
                nanGoesLeft.add(0L);
                targetTreeIds.add(trees);
                targetNodeIds.add(id);
                targetIds.add((long) target);
                weights.add((float) (leaf.value() - shift));
            }
            case Split split -> {
                features.add((long) split.feature());
                thresholds.add(scales.scale(split.feature(), split.floatThreshold()));
                modes.add("BRANCH_LEQ");
                nanGoesLeft.add(split.nanGoesLeft() ? 1L : 0L);
                left.set(index, addNode(target, split.left(), shift));
                right.set(index, addNode(target, split.right(), shift));
            }
        }
        return id;
    }

    private static double middle(Node root) {
        double[] range = {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        widen(root, range);
        return (range[0] + range[1]) / 2;
    }

    private static void widen(Node node, double[] range) {
        switch (node) {
            case Leaf leaf -> {
                range[0] = Math.min(range[0], leaf.value());
                range[1] = Math.max(range[1], leaf.value());
            }
            case Split split -> {
                widen(split.left(), range);
                widen(split.right(), range);
            }
        }
    }

    NodeProto node(String input, String output) {
        return OnnxExporter.mlNode(
                "TreeEnsembleRegressor",
                input,
                output,
                List.of(
                        OnnxExporter.string("aggregate_function", "SUM"),
                        OnnxExporter.string("post_transform", "NONE"),
                        OnnxExporter.integer("n_targets", bases.size()),
                        OnnxExporter.floats("base_values", bases),
                        OnnxExporter.integers("nodes_treeids", treeIds),
                        OnnxExporter.integers("nodes_nodeids", nodeIds),
                        OnnxExporter.integers("nodes_featureids", features),
                        OnnxExporter.floats("nodes_values", thresholds),
                        OnnxExporter.strings("nodes_modes", modes),
                        OnnxExporter.integers("nodes_truenodeids", left),
                        OnnxExporter.integers("nodes_falsenodeids", right),
                        OnnxExporter.integers("nodes_missing_value_tracks_true", nanGoesLeft),
                        OnnxExporter.integers("target_treeids", targetTreeIds),
                        OnnxExporter.integers("target_nodeids", targetNodeIds),
                        OnnxExporter.integers("target_ids", targetIds),
                        OnnxExporter.floats("target_weights", weights)));
    }
}
