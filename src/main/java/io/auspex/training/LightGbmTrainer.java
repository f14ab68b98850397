package io.auspex.training;

import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.model.TrainerSpec;
import io.auspex.model.TrainerSpec.Boosting;
import io.auspex.model.TrainerSpec.Mode;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.ObjIntConsumer;
import java.util.regex.Pattern;

/**
 * Gradient boosting by LightGBM on one thread. The same rows, labels, specification and seed give
 * the same model text, byte for byte.
 *
 * <p>One thread because two on a busy machine were ten times slower than one, and because sums in a
 * fixed order are what makes the bytes repeatable.
 */
final class LightGbmTrainer {

    /** A probability head needs so many rows of each class, or it becomes a constant. */
    static final int MIN_CLASS_ROWS = 20;

    /** LightGBM refuses names with characters that JSON quotes, and splits them at blanks. */
    private static final Pattern PLAIN_NAME = Pattern.compile("[^\\s\",:\\[\\]{}\\p{Cntrl}]+");

    /** A continued model has at most so many times the trees of a full training. */
    static final int MAX_GROWTH = 4;

    /** A continuation adds this share of the trees of a full training. */
    private static final int CONTINUATION_SHARE = 4;

    private final ModelKind kind;
    private final TrainerSpec spec;
    private final LightGbmParameters parameters;

    /**
     * @throws TrainingException when the specification names another trainer
     */
    LightGbmTrainer(TrainerSpec spec, long seed) {
        this(ModelKind.MARKET, spec, seed);
    }

    LightGbmTrainer(ModelKind kind, TrainerSpec spec, long seed) {
        this.kind = kind;
        if (!spec.kind().equals("lightgbm")) {
            throw new TrainingException(
                    "trainer '" + spec.kind() + "' is not built in; use 'lightgbm'");
        }
        this.spec = spec;
        this.parameters = LightGbmParameters.of(spec, seed);
        LightGbmLibrary.load();
    }

    /**
     * Trains all heads.
     *
     * @param rows those of the source to train on
     * @param names of the features, for the model text
     * @param targets {@code [n, heads]} of these rows, row after row, finite
     * @param earlier what to go on from, unless the specification asks for a full training
     * @param grown called with the number of trees of the head after each tree
     */
    FittedModel fit(
            Rows source,
            int[] rows,
            List<String> names,
            float[] targets,
            EarlierTrees earlier,
            ObjIntConsumer<Head> grown) {
        Map<Head, FittedHead> heads = new EnumMap<>(Head.class);
        if (rows.length < 2 * parameters.minRowsInLeaf(rows.length)) {
            for (Head head : kind.heads()) {
                heads.put(head, constant(head, labels(targets, head), source.columns()));
            }
            return new FittedModel(kind, heads);
        }
        if (spec.mode() != Mode.FULL) {
            return goOn(source, rows, names, targets, earlier, grown);
        }
        try (LightGbmDataset dataset = bin(source, rows, names)) {
            for (Head head : kind.heads()) {
                float[] labels = labels(targets, head);
                heads.put(head, train(dataset, head, labels, trees -> grown.accept(head, trees)));
            }
            return new FittedModel(kind, heads);
        } catch (RuntimeException e) {
            heads.values().forEach(FittedHead::close);
            throw e;
        }
    }

    /** The same with the rows at hand, which earlier trees have to score. */
    private FittedModel goOn(
            Rows source,
            int[] rows,
            List<String> names,
            float[] targets,
            EarlierTrees earlier,
            ObjIntConsumer<Head> grown) {
        Map<Head, FittedHead> heads = new EnumMap<>(Head.class);
        try (NativeRows copy = NativeRows.of(source, rows);
                LightGbmDataset dataset =
                        named(new LightGbmDataset(copy, parameters.binning(rows.length)), names)) {
            for (Head head : kind.heads()) {
                float[] labels = labels(targets, head);
                Optional<String> text = earlier.of(head);
                heads.put(
                        head,
                        text.isPresent() && isTrainable(head, labels)
                                ? goOn(dataset, copy, head, labels, text.get(), grown)
                                : train(dataset, head, labels, trees -> grown.accept(head, trees)));
            }
            return new FittedModel(kind, heads);
        } catch (RuntimeException e) {
            heads.values().forEach(FittedHead::close);
            throw e;
        }
    }

    /** Trains one head from earlier trees; in full when these have grown to their bound. */
    private FittedHead goOn(
            LightGbmDataset dataset,
            NativeRows rows,
            Head head,
            float[] labels,
            String text,
            ObjIntConsumer<Head> grown) {
        try (LightGbmBooster before = LightGbmBooster.of(text)) {
            int more = Math.max(1, spec.trees() / CONTINUATION_SHARE);
            if (spec.mode() == Mode.CONTINUE && before.trees() + more > MAX_GROWTH * spec.trees()) {
                return train(dataset, head, labels, trees -> grown.accept(head, trees));
            }
            dataset.label(labels);
            if (spec.mode() == Mode.CONTINUE) {
                dataset.begin(before.rawScores(rows));
            }
            LightGbmBooster booster =
                    new LightGbmBooster(dataset, parameters.boosting(head, labels.length));
            boolean fitted = false;
            try {
                booster.takeOver(before);
                if (spec.mode() == Mode.CONTINUE) {
                    int trees = 0;
                    while (trees < more && booster.grow()) {
                        grown.accept(head, ++trees);
                    }
                    dataset.beginAnew();
                } else {
                    booster.renewLeaves(rows);
                    grown.accept(head, spec.trees());
                }
                fitted = true;
                return new FittedHead.Boosted(booster, spec.boosting() == Boosting.FOREST);
            } finally {
                if (!fitted) {
                    booster.close();
                }
            }
        }
    }

    private float[] labels(float[] targets, Head head) {
        int heads = kind.heads().size();
        float[] labels = new float[targets.length / heads];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = targets[i * heads + head.column()];
        }
        return labels;
    }

    /** Bins rows for all heads; the copy that LightGBM reads is gone afterwards. */
    LightGbmDataset bin(Rows source, int[] rows, List<String> names) {
        try (NativeRows copy = NativeRows.of(source, rows)) {
            return named(new LightGbmDataset(copy, parameters.binning(rows.length)), names);
        }
    }

    private static LightGbmDataset named(LightGbmDataset dataset, List<String> names) {
        try {
            if (names.stream().allMatch(PLAIN_NAME.asMatchPredicate())) {
                dataset.name(names);
            }
            return dataset;
        } catch (RuntimeException e) {
            dataset.close();
            throw e;
        }
    }

    /**
     * Trains one head.
     *
     * @param labels 0 or 1 for a probability, the return otherwise; finite, one a row
     * @param grown called with the number of trees after each tree
     */
    FittedHead train(LightGbmDataset dataset, Head head, float[] labels, IntConsumer grown) {
        if (!isTrainable(head, labels)) {
            return constant(head, labels, dataset.columns());
        }
        dataset.label(labels);
        LightGbmBooster booster =
                new LightGbmBooster(dataset, parameters.boosting(head, labels.length));
        try {
            int trees = 0;
            while (trees < spec.trees() && booster.grow()) {
                grown.accept(++trees);
            }
            if (trees == 0) {
                booster.close();
                return constant(head, labels, dataset.columns());
            }
            return new FittedHead.Boosted(booster, spec.boosting() == Boosting.FOREST);
        } catch (RuntimeException e) {
            booster.close();
            throw e;
        }
    }

    private static FittedHead constant(Head head, float[] labels, int features) {
        return new FittedHead.Constant(features, baseScore(head, labels));
    }

    /**
     * The score that is best without features: the mean, or the log-odds of the base rate with half
     * a row added to each class, so that it is finite when a class has not been seen.
     */
    static double baseScore(Head head, float[] labels) {
        double sum = 0;
        for (float label : labels) {
            sum += label;
        }
        if (!head.isProbability()) {
            return labels.length == 0 ? 0 : sum / labels.length;
        }
        return Math.log((sum + 0.5) / (labels.length - sum + 0.5));
    }

    private boolean isTrainable(Head head, float[] labels) {
        return labels.length >= 2 * parameters.minRowsInLeaf(labels.length)
                && (!head.isProbability() || hasBothClasses(labels));
    }

    private static boolean hasBothClasses(float[] labels) {
        int positives = 0;
        for (float label : labels) {
            if (label > 0) {
                positives++;
            }
        }
        return positives >= MIN_CLASS_ROWS && labels.length - positives >= MIN_CLASS_ROWS;
    }
}
