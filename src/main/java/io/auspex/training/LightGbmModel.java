package io.auspex.training;

import io.auspex.training.Tree.Leaf;
import io.auspex.training.Tree.Missing;
import io.auspex.training.Tree.Node;
import io.auspex.training.Tree.Split;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The trees of one head, as read from LightGBM's text form. Its score is the plain-Java oracle that
 * exports are compared with.
 *
 * @param features columns of a row
 * @param base added to the sum of the trees; the whole answer of a head that could not be trained
 */
record LightGbmModel(int features, double base, List<Tree> trees) {

    private static final int CATEGORICAL = 1;
    private static final int DEFAULT_LEFT = 2;

    private static final String END = "\nend of trees";
    private static final String AVERAGED = "\naverage_output\n";
    private static final Pattern LINES = Pattern.compile("\n");
    private static final Pattern BLANK = Pattern.compile(" ");

    LightGbmModel {
        trees = List.copyOf(trees);
    }

    /** A head without trees. */
    static LightGbmModel constant(int features, double score) {
        return new LightGbmModel(features, score, List.of());
    }

    /**
     * Reads what LightGBM writes (model version v4).
     *
     * @throws IllegalArgumentException for categorical splits, linear leaves, several classes or
     *     zeros treated as missing, which Auspex never trains, and for text that is no model
     */
    static LightGbmModel parse(String text) {
        int end = text.indexOf(END);
        if (end < 0) {
            throw new IllegalArgumentException("no LightGBM model: 'end of trees' is missing");
        }
        List<Map<String, String>> sections = new ArrayList<>(List.of(new HashMap<>()));
        for (String line : LINES.splitAsStream(text.substring(0, end)).toList()) {
            if (line.startsWith("Tree=")) {
                sections.add(new HashMap<>());
            }
            int equals = line.indexOf('=');
            if (equals > 0) {
                sections.getLast().put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        Map<String, String> header = sections.removeFirst();
        // A forest's answer is the mean of its trees.
        boolean averaged = text.substring(0, end).contains(AVERAGED);
        double share = averaged ? 1.0 / sections.size() : 1;
        List<Tree> trees = sections.stream().map(section -> tree(section, share)).toList();
        if (number(header, "num_tree_per_iteration") != 1) {
            throw new IllegalArgumentException("only models with one score a row can be read");
        }
        return new LightGbmModel(number(header, "max_feature_idx") + 1, 0, trees);
    }

    /**
     * The sum of base and leaves, in double precision, of the row that begins at {@code offset}.
     */
    double rawScore(float[] values, int offset) {
        double score = 0;
        for (Tree tree : trees) {
            score += tree.score(values, offset);
        }
        return base + score;
    }

    /** Gain of all splits on each feature. */
    double[] gains() {
        double[] gains = new double[features];
        trees.forEach(tree -> addGains(tree.root(), gains));
        return gains;
    }

    private static void addGains(Node node, double[] gains) {
        if (node instanceof Split split) {
            gains[split.feature()] += split.gain();
            addGains(split.left(), gains);
            addGains(split.right(), gains);
        }
    }

    /**
     * @param share what the tree counts for in the sum
     */
    private static Tree tree(Map<String, String> fields, double share) {
        if (number(fields, "num_cat") != 0) {
            throw new IllegalArgumentException("categorical splits are not supported");
        }
        if (number(fields, "is_linear") != 0) {
            throw new IllegalArgumentException("linear trees are not supported");
        }
        double[] leaves = numbers(fields, "leaf_value");
        for (int i = 0; i < leaves.length; i++) {
            leaves[i] *= share;
        }
        if (number(fields, "num_leaves") == 1) {
            return new Tree(new Leaf(leaves[0]));
        }
        int splits = leaves.length - 1;
        Node[] nodes = new Node[splits];
        int[] left = integers(fields, "left_child");
        int[] right = integers(fields, "right_child");
        int[] feature = integers(fields, "split_feature");
        int[] decision = integers(fields, "decision_type");
        double[] threshold = numbers(fields, "threshold");
        double[] gain = numbers(fields, "split_gain");
        // A child is always written after its parent, so that backwards both children are ready.
        for (int i = splits - 1; i >= 0; i--) {
            nodes[i] =
                    new Split(
                            feature[i],
                            threshold[i],
                            missing(decision[i]),
                            gain[i],
                            left[i] >= 0 ? nodes[left[i]] : new Leaf(leaves[~left[i]]),
                            right[i] >= 0 ? nodes[right[i]] : new Leaf(leaves[~right[i]]));
        }
        return new Tree(nodes[0]);
    }

    private static Missing missing(int decisionType) {
        if ((decisionType & CATEGORICAL) != 0) {
            throw new IllegalArgumentException("categorical splits are not supported");
        }
        return switch (decisionType >> 2 & 3) {
            case 0 -> Missing.AS_ZERO;
            case 2 -> (decisionType & DEFAULT_LEFT) != 0 ? Missing.LEFT : Missing.RIGHT;
            default ->
                    throw new IllegalArgumentException(
                            "zero as a missing value is not supported (decision_type "
                                    + decisionType
                                    + ")");
        };
    }

    private static int number(Map<String, String> fields, String name) {
        return Integer.parseInt(field(fields, name).trim());
    }

    private static int[] integers(Map<String, String> fields, String name) {
        String[] parts = BLANK.split(field(fields, name).trim());
        int[] values = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            values[i] = Integer.parseInt(parts[i]);
        }
        return values;
    }

    private static double[] numbers(Map<String, String> fields, String name) {
        String[] parts = BLANK.split(field(fields, name).trim());
        double[] values = new double[parts.length];
        for (int i = 0; i < parts.length; i++) {
            values[i] =
                    switch (parts[i]) {
                        case "inf" -> Double.POSITIVE_INFINITY;
                        case "-inf" -> Double.NEGATIVE_INFINITY;
                        default -> Double.parseDouble(parts[i]);
                    };
        }
        return values;
    }

    private static String field(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no LightGBM model: '" + name + "' is missing");
        }
        return value;
    }
}
