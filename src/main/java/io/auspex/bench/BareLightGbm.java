package io.auspex.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.dataset.JobFolder;
import io.auspex.dataset.JobSpec;
import io.auspex.dataset.NpyReader;
import io.auspex.dataset.WalkForward;
import io.auspex.model.Head;
import io.auspex.platform.Json;
import io.auspex.training.LightGbmParameters;
import io.auspex.training.Worker;
import io.github.metarank.lightgbm4j.LGBMBooster;
import io.github.metarank.lightgbm4j.LGBMDataset;
import io.github.metarank.lightgbm4j.LGBMException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What a refit cannot do without, and nothing more: LightGBM through its own Java binding, in a
 * process of its own, on the matrix of a job folder. It bins the rows of each walk-forward fold and
 * of the final fit once, and grows the trees of all heads, with the same rows, the same parameters
 * and one thread. No predictions, no calibration, no export, no reports. Its clock begins when the
 * matrix is in memory.
 */
public final class BareLightGbm {

    private static final double NANOS = 1e9;

    private BareLightGbm() {}

    public static void main(String[] arguments) throws IOException, LGBMException {
        // On a busy machine it decides.
        Worker.giveWay();
        JobFolder folder = new JobFolder(Path.of(arguments[0]));
        JobSpec job = folder.readJob();
        long[] times = folder.readTimes();
        float[] targets = folder.readTargets(job.spec().kind(), times.length);
        float[] features;
        try (NpyReader matrix = folder.openFeatures(job)) {
            features = matrix.floats(0, matrix.rows());
        }
        LGBMBooster.loadNative();
        long start = System.nanoTime();
        long horizon =
                job.spec().targets().horizonCandles() * job.spec().market().timeframe().millis();
        List<WalkForward.Fold> folds =
                WalkForward.folds(
                        times, job.spec().validation(), horizon, job.spec().market().timeframe());
        for (WalkForward.Fold fold : folds) {
            train(job, features, targets, fold.trainTo());
        }
        train(job, features, targets, times.length);
        ObjectNode result = Json.mapper().createObjectNode();
        result.put("seconds", (System.nanoTime() - start) / NANOS);
        System.out.println(result);
    }

    /** Rows come in the order of time, so that those of a fold are the first ones. */
    private static void train(JobSpec job, float[] features, float[] targets, int rows)
            throws LGBMException {
        int columns = job.schema().size();
        List<Head> heads = job.spec().kind().heads();
        LightGbmParameters parameters = LightGbmParameters.of(job.spec().trainer(), job.seed());
        float[] some =
                rows * columns == features.length
                        ? features
                        : Arrays.copyOf(features, rows * columns);
        LGBMDataset dataset =
                LGBMDataset.createFromMat(
                        some, rows, columns, true, parameters.binning(rows), null);
        try {
            for (Head head : heads) {
                float[] labels = new float[rows];
                for (int row = 0; row < rows; row++) {
                    labels[row] = targets[row * heads.size() + head.column()];
                }
                dataset.setField("label", labels);
                LGBMBooster booster = LGBMBooster.create(dataset, parameters.boosting(head, rows));
                for (int tree = 0; tree < job.spec().trainer().trees(); tree++) {
                    booster.updateOneIter();
                }
                booster.close();
            }
        } finally {
            dataset.close();
        }
    }
}
