package io.auspex.training;

import io.auspex.dataset.WalkForward.Fold;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Lets the models of folds score the rows that they have not seen, on a thread of its own, while
 * the trees of the next fold grow: neither needs the other. At most one fold waits to be scored, so
 * that no more than two models and one copy of test rows are in memory. One thread uses it.
 */
final class FoldScoring implements AutoCloseable {

    private final Rows features;
    private final WalkForwardScores scores;
    private @Nullable Pending pending;

    private record Pending(Fold fold, FutureTask<double[]> scoring) {}

    FoldScoring(Rows features, WalkForwardScores scores) {
        this.features = features;
        this.scores = scores;
    }

    /**
     * Begins with a fold, when the one before is done.
     *
     * @param model closed when it has scored, whatever happens
     */
    void score(Fold fold, FittedModel model) {
        try {
            finish();
        } catch (RuntimeException failure) {
            model.close();
            throw failure;
        }
        FutureTask<double[]> scoring = new FutureTask<>(() -> rawScores(fold, model));
        pending = new Pending(fold, scoring);
        Thread.ofPlatform().daemon().name("score-fold-" + fold.number()).start(scoring);
    }

    private double[] rawScores(Fold fold, FittedModel model) {
        try (model;
                NativeRows test =
                        NativeRows.of(
                                features,
                                IntStream.range(fold.testFrom(), fold.testTo()).toArray())) {
            return model.rawScores(test);
        }
    }

    /** Waits for the last fold. */
    void finish() {
        Pending last = pending;
        if (last == null) {
            return;
        }
        pending = null;
        try {
            scores.put(last.fold(), last.scoring().get());
        } catch (ExecutionException failure) {
            switch (failure.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default ->
                        throw new TrainingException("a fold could not be scored", failure);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new TrainingException("interrupted");
        }
    }

    /** After a failure elsewhere: what is under way reads memory that is not to go meanwhile. */
    @Override
    public void close() {
        Pending last = pending;
        pending = null;
        if (last == null) {
            return;
        }
        try {
            var _ = last.scoring().get();
        } catch (ExecutionException failure) {
            // What ends the run is told by whoever failed first.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
