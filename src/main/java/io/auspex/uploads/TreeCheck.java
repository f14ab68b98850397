package io.auspex.uploads;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether trees end, and stay inside their row. ONNX Runtime follows child numbers and reads
 * features by their number without looking: a tree whose branch leads back to itself would never
 * answer the one row that takes it, and a feature number beyond the row would read memory that is
 * not the model's. Neither shows on random rows, so both are looked for here.
 */
final class TreeCheck {

    private static final Set<String> TREES =
            Set.of("TreeEnsemble", "TreeEnsembleClassifier", "TreeEnsembleRegressor");

    /** Steps from a root to a leaf. */
    private static final int MAX_DEPTH = 4_096;

    /** A child that is a leaf. */
    private static final int LEAF = -1;

    private final NodeProto node;
    private final Map<String, AttributeProto> attributes = new HashMap<>();

    private TreeCheck(NodeProto node) throws RefusedModelException {
        this.node = node;
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attributes.put(attribute.getName(), attribute) != null) {
                throw refused("has " + GraphText.quoted(attribute.getName()) + " twice");
            }
        }
    }

    static boolean isTree(NodeProto node) {
        return node.getDomain().equals(Operators.ML_DOMAIN) && TREES.contains(node.getOpType());
    }

    /** Refuses trees that do not end, or whose numbers lead nowhere. */
    static void require(NodeProto node) throws RefusedModelException {
        TreeCheck check = new TreeCheck(node);
        long[] features = check.integers("nodes_featureids");
        for (long feature : features) {
            if (feature < 0 || feature > Integer.MAX_VALUE) {
                throw check.refused("has a feature number of " + feature);
            }
        }
        if (node.getOpType().equals("TreeEnsemble")) {
            check.byPosition(features.length);
        } else {
            check.byNumber(features.length);
        }
    }

    /** The values that a row must have for it. */
    static int width(NodeProto node) throws RefusedModelException {
        return (int) Arrays.stream(new TreeCheck(node).integers("nodes_featureids")).max().orElse(0)
                + 1;
    }

    /** Nodes are called by tree and number, leaves are nodes. */
    private void byNumber(int nodes) throws RefusedModelException {
        long[] trees = sized("nodes_treeids", nodes);
        long[] numbers = sized("nodes_nodeids", nodes);
        long[] whenTrue = sized("nodes_truenodeids", nodes);
        long[] whenFalse = sized("nodes_falsenodeids", nodes);
        List<ByteString> modes = strings("nodes_modes");
        if (modes.size() != nodes) {
            throw refused("has " + modes.size() + " modes for " + nodes + " nodes");
        }
        Map<Key, Integer> places = HashMap.newHashMap(nodes);
        for (int i = 0; i < nodes; i++) {
            if (places.put(new Key(trees[i], numbers[i]), i) != null) {
                throw refused("has node %d of tree %d twice".formatted(numbers[i], trees[i]));
            }
        }
        ByteString leaf = ByteString.copyFromUtf8("LEAF");
        int[][] children = new int[2][nodes];
        for (int i = 0; i < nodes; i++) {
            boolean isLeaf = modes.get(i).equals(leaf);
            children[0][i] = isLeaf ? LEAF : place(places, trees[i], whenTrue[i]);
            children[1][i] = isLeaf ? LEAF : place(places, trees[i], whenFalse[i]);
        }
        requireEnds(children);
        boolean classifier = node.getOpType().equals("TreeEnsembleClassifier");
        long targets =
                classifier
                        ? integers("classlabels_int64s").length
                                + strings("classlabels_strings").size()
                        : integer("n_targets", 1);
        requireBelow(integers(classifier ? "class_ids" : "target_ids"), targets, "target");
        int leaves = integers(classifier ? "class_ids" : "target_ids").length;
        String prefix = classifier ? "class_" : "target_";
        requireKnown(places, sized(prefix + "treeids", leaves), sized(prefix + "nodeids", leaves));
    }

    /** Operator set 5: children are positions, leaves are a list of their own. */
    private void byPosition(int nodes) throws RefusedModelException {
        int leaves = integers("leaf_targetids").length;
        int[][] children = {
            positions("nodes_truenodeids", "nodes_trueleafs", nodes, leaves),
            positions("nodes_falsenodeids", "nodes_falseleafs", nodes, leaves)
        };
        requireEnds(children);
        requireBelow(integers("tree_roots"), nodes, "root");
        requireBelow(integers("leaf_targetids"), integer("n_targets", 1), "target");
        requireCount("leaf_weights", leaves);
        requireCount("nodes_splits", nodes);
        requireCount("nodes_modes", nodes);
    }

    private int[] positions(String ids, String flags, int nodes, int leaves)
            throws RefusedModelException {
        long[] positions = sized(ids, nodes);
        long[] isLeaf = sized(flags, nodes);
        int[] children = new int[nodes];
        for (int i = 0; i < nodes; i++) {
            long bound = isLeaf[i] != 0 ? leaves : nodes;
            requireBelow(new long[] {positions[i]}, bound, "child");
            children[i] = isLeaf[i] != 0 ? LEAF : (int) positions[i];
        }
        return children;
    }

    private int place(Map<Key, Integer> places, long tree, long number)
            throws RefusedModelException {
        Integer place = places.get(new Key(tree, number));
        if (place == null) {
            throw refused("leads to node %d of tree %d, which is missing".formatted(number, tree));
        }
        return place;
    }

    private void requireKnown(Map<Key, Integer> places, long[] trees, long[] numbers)
            throws RefusedModelException {
        for (int i = 0; i < trees.length; i++) {
            var _ = place(places, trees[i], numbers[i]);
        }
    }

    /** Depth first without recursion; a node that is met while it is open closes a circle. */
    private void requireEnds(int[][] children) throws RefusedModelException {
        int nodes = children[0].length;
        byte[] next = new byte[nodes];
        boolean[] closed = new boolean[nodes];
        int[] height = new int[nodes];
        int[] open = new int[MAX_DEPTH + 1];
        for (int root = 0; root < nodes; root++) {
            int depth = 0;
            if (!closed[root]) {
                open[depth++] = root;
                next[root] = 1;
            }
            while (depth > 0) {
                int at = open[depth - 1];
                if (next[at] > 2) {
                    closed[at] = true;
                    height[at] =
                            1
                                    + Math.max(
                                            height(children[0][at], height),
                                            height(children[1][at], height));
                    if (height[at] > MAX_DEPTH) {
                        throw tooDeep();
                    }
                    depth--;
                    continue;
                }
                int child = children[next[at]++ - 1][at];
                if (child == LEAF || closed[child]) {
                    continue;
                }
                if (next[child] > 0) {
                    throw refused("has a branch that leads back to itself: it would never end");
                }
                if (depth > MAX_DEPTH) {
                    throw tooDeep();
                }
                next[child] = 1;
                open[depth++] = child;
            }
        }
    }

    private static int height(int child, int[] height) {
        return child == LEAF ? 0 : height[child];
    }

    private RefusedModelException tooDeep() {
        return refused("is deeper than " + MAX_DEPTH + " levels");
    }

    private void requireBelow(long[] values, long bound, String what) throws RefusedModelException {
        for (long value : values) {
            if (value < 0 || value >= bound) {
                throw refused("has the %s %d of %d".formatted(what, value, bound));
            }
        }
    }

    private long[] sized(String name, int size) throws RefusedModelException {
        long[] values = integers(name);
        if (values.length != size) {
            throw refused("has %d values in %s, not %d".formatted(values.length, name, size));
        }
        return values;
    }

    private void requireCount(String name, int size) throws RefusedModelException {
        AttributeProto attribute = attributes.get(name);
        TensorProto tensor =
                attribute == null ? TensorProto.getDefaultInstance() : attribute.getT();
        if (tensor.getDimsCount() != 1 || tensor.getDims(0) != size) {
            throw refused("has %s of another size than %d".formatted(name, size));
        }
    }

    private long integer(String name, long otherwise) {
        AttributeProto attribute = attributes.get(name);
        return attribute == null ? otherwise : attribute.getI();
    }

    private long[] integers(String name) {
        AttributeProto attribute = attributes.get(name);
        return attribute == null
                ? new long[0]
                : attribute.getIntsList().stream().mapToLong(Long::longValue).toArray();
    }

    private List<ByteString> strings(String name) {
        AttributeProto attribute = attributes.get(name);
        return attribute == null ? List.of() : attribute.getStringsList();
    }

    private RefusedModelException refused(String reason) {
        return RefusedModelException.file("the operator " + GraphCheck.title(node) + " " + reason);
    }

    private record Key(long tree, long number) {}
}
