package io.auspex.retraining;

import io.auspex.model.Head;
import io.auspex.serving.TrialModel;
import java.nio.FloatBuffer;
import java.util.List;

/** Scores with a model on trial. */
record TrialScorer(TrialModel model) implements Scorer {

    @Override
    public List<Head> heads() {
        return model.heads();
    }

    @Override
    public void run(FloatBuffer rows, int n, float[][] headsOut) {
        model.run(rows, n, headsOut);
    }
}
