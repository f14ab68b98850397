package io.auspex.bench;

import io.auspex.dataset.JobSpec;
import io.auspex.features.FeatureSchema;
import io.auspex.features.FeatureSet;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelKind;
import io.auspex.model.ModelSpec;
import io.auspex.model.TrainerSpec;
import io.auspex.training.Rows;
import io.auspex.training.TrainedModel;
import io.auspex.training.TrainingData;
import io.auspex.training.TrainingProgress;
import io.auspex.training.TrainingRun;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The model that is served while it is measured: 60 features and 100 trees of up to 31 leaves in
 * its graph (25 for each of the four heads), trained like every other model on seeded random rows.
 *
 * @param rows some of the rows that it was trained on, to be asked about
 */
record BenchedModel(ModelSpec spec, FeatureSchema schema, TrainedModel trained, Rows rows) {

    static final String NAME = "bench-60";
    static final int FEATURES = 60;
    static final int TREES = 100;

    private static final int HEADS = ModelKind.MARKET.heads().size();
    private static final int TRAINING_ROWS = 6_000;
    private static final long FIRST_CLOSE_MILLIS = 1_700_000_100_000L;
    private static final TrainerSpec TRAINER =
            new TrainerSpec("lightgbm", TREES / HEADS, 31, 0.1, 20, 1, 1, 1, 255, false);

    /** The same seed gives the same model. */
    static BenchedModel train(long seed) {
        List<Symbol> symbols = List.of(new Symbol("AAABTC"));
        FeatureSchema schema =
                FeatureSchema.of(
                        FeatureSet.standard().schema(symbols).names().subList(0, FEATURES));
        ModelSpec plain =
                ModelSpec.standard(
                        NAME, new MarketSpec("bench", List.of(), Timeframe.FIVE_MINUTES));
        ModelSpec spec =
                new ModelSpec(
                        NAME,
                        plain.market(),
                        plain.features(),
                        plain.targets(),
                        TRAINER,
                        plain.validation(),
                        plain.gate(),
                        plain.windowCandles());
        SplittableRandom random = new SplittableRandom(seed);
        float[] features = new float[TRAINING_ROWS * FEATURES];
        float[] targets = new float[TRAINING_ROWS * HEADS];
        long[] times = new long[TRAINING_ROWS];
        for (int row = 0; row < TRAINING_ROWS; row++) {
            times[row] = FIRST_CLOSE_MILLIS + row * Timeframe.FIVE_MINUTES.millis();
            double signal = 0;
            for (int i = 0; i < FEATURES; i++) {
                float value = (float) random.nextGaussian();
                features[row * FEATURES + i] = value;
                // Every feature says a little, so that the trees use many.
                signal += value * Math.cos(i) * 0.15;
            }
            double move = 0.01 * (signal + random.nextGaussian());
            targets[row * HEADS + Head.P_UP.ordinal()] = move > 0.01 ? 1 : 0;
            targets[row * HEADS + Head.P_DOWN.ordinal()] = move < -0.01 ? 1 : 0;
            targets[row * HEADS + Head.EXPECTED_RETURN.ordinal()] = (float) move;
            targets[row * HEADS + Head.P_STOP.ordinal()] = move < -0.02 ? 1 : 0;
        }
        Rows rows = Rows.of(features, FEATURES);
        TrainedModel trained =
                TrainingRun.run(
                        new TrainingData(
                                new JobSpec(spec, seed, schema, symbols, "0".repeat(64)),
                                rows,
                                targets,
                                times),
                        TrainingProgress.SILENT,
                        InstantSource.fixed(Instant.EPOCH));
        return new BenchedModel(spec, schema, trained, rows);
    }
}
