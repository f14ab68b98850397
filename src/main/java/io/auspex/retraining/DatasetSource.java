package io.auspex.retraining;

import io.auspex.dataset.JobFolder;
import io.auspex.dataset.TrainingSet;
import io.auspex.model.ModelKind;
import io.auspex.model.ModelSpec;
import java.io.IOException;

/** Makes the training sets of a kind of model that does not learn from candles alone. */
public interface DatasetSource {

    /** The kind that it serves; there is one source a kind, none for the market. */
    ModelKind kind();

    /**
     * Writes the service's half of a job folder, {@code job.json} last. Blocking, on a virtual
     * thread.
     *
     * @param folder created when it is not there
     * @param seed of the trainer
     * @return the job's specification may differ from the given one in its targets' horizon, which
     *     the rows may only then be known to have
     */
    TrainingSet build(ModelSpec spec, JobFolder folder, long seed) throws IOException;
}
