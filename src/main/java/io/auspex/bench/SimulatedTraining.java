package io.auspex.bench;

import io.auspex.dataset.JobFolder;
import io.auspex.dataset.JobSpec;
import io.auspex.dataset.NpyReader;
import io.auspex.dataset.TrainingSet;
import io.auspex.dataset.TrainingSetBuilder;
import io.auspex.features.FeatureEngine;
import io.auspex.features.FeatureSet;
import io.auspex.ingest.SimulatedMarket;
import io.auspex.ingest.SimulatedMarketGenerator;
import io.auspex.ingest.TrueProbability;
import io.auspex.ingest.Truth;
import io.auspex.ingest.TruthTarget;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.model.Head;
import io.auspex.model.MarketSpec;
import io.auspex.model.Measures;
import io.auspex.model.ModelKind;
import io.auspex.model.ModelSpec;
import io.auspex.training.Rows;
import io.auspex.training.TrainedModel;
import io.auspex.training.TrainingData;
import io.auspex.training.TrainingProgress;
import io.auspex.training.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One model trained on one simulated market, as a refit would: candles, features, job folder,
 * walk-forward, fit; and how much of the possible skill it found, because the simulator can tell
 * the true probabilities.
 *
 * @param model what the training run made
 * @param skillShare what the model gains in log loss over a constant forecast, out of sample, as a
 *     share of what the true probabilities gain; 1 is all there is, NaN where there is nothing to
 *     find
 */
record SimulatedTraining(TrainedModel model, double skillShare) {

    /** The truth costs a simulation of its own; it is asked at every such close. */
    private static final int CLOSES_PER_TRUTH = 12;

    private static final int HEADS = ModelKind.MARKET.heads().size();

    private record Moment(long closeTimeMillis, Symbol symbol) {}

    static SimulatedTraining of(SimulatedMarket market, ModelSpec spec, Path folder)
            throws IOException {
        List<MarketClose> closes = new ArrayList<>();
        Map<Moment, Truth> truths = new HashMap<>();
        generate(market, spec, closes, truths);

        JobFolder job = new JobFolder(folder);
        FeatureEngine engine = new FeatureEngine(spec.features().schema(market.symbols()));
        TrainingSet set =
                new TrainingSetBuilder(spec, engine).build(closes, job, market.seed(), _ -> {});
        if (set instanceof TrainingSet.Empty empty) {
            throw new IllegalArgumentException(empty.reason());
        }
        JobSpec read = job.readJob();
        try (NpyReader features = job.openFeatures(read)) {
            float[] targets = job.readTargets(features.rows());
            long[] times = job.readTimes();
            TrainedModel model =
                    TrainingRun.run(
                            new TrainingData(read, Rows.of(features), targets, times),
                            TrainingProgress.SILENT,
                            InstantSource.system());
            model.writeTo(job);
            return new SimulatedTraining(
                    model, skillShare(model, read, job.readGroups(), times, targets, truths));
        }
    }

    static ModelSpec specification(SimulatedMarket market) {
        return ModelSpec.standard(
                        "simulated-5m", new MarketSpec("simulated", List.of(), market.timeframe()))
                .withFeatures(FeatureSet.compact());
    }

    private static void generate(
            SimulatedMarket market,
            ModelSpec spec,
            List<MarketClose> closes,
            Map<Moment, Truth> truths) {
        TruthTarget target =
                new TruthTarget(
                        spec.targets().horizonCandles(),
                        spec.targets().upThreshold(),
                        spec.targets().downThreshold(),
                        spec.targets().stopThreshold());
        SimulatedMarketGenerator generator = new SimulatedMarketGenerator(market);
        TrueProbability oracle = new TrueProbability(market, target);
        List<Symbol> symbols = market.symbols();
        long candles = market.historyDays() * 86_400_000L / market.timeframe().millis();
        for (long candle = 0; candle < candles; candle++) {
            MarketClose close = generator.next();
            closes.add(close);
            if (candle % CLOSES_PER_TRUTH == 0
                    && candle > candles * spec.validation().firstTrainShare()) {
                for (int symbol = 0; symbol < symbols.size(); symbol++) {
                    truths.put(
                            new Moment(close.closeTimeMillis(), symbols.get(symbol)),
                            oracle.truth(generator.state(), symbol));
                }
            }
        }
    }

    private static double skillShare(
            TrainedModel model,
            JobSpec job,
            int[] groups,
            long[] times,
            float[] targets,
            Map<Moment, Truth> truths) {
        long[] rows = model.outOfSampleRows();
        float[] predictions = model.outOfSamplePredictions();
        double gain = 0;
        double possible = 0;
        for (Head head : List.of(Head.P_UP, Head.P_DOWN)) {
            List<double[]> asked = new ArrayList<>();
            double positives = 0;
            for (int i = 0; i < rows.length; i++) {
                int row = Math.toIntExact(rows[i]);
                Truth truth = truths.get(new Moment(times[row], job.symbols().get(groups[row])));
                float target = targets[row * HEADS + head.ordinal()];
                if (truth != null && !Float.isNaN(target)) {
                    double probability = head == Head.P_UP ? truth.pUp() : truth.pDown();
                    asked.add(
                            new double[] {
                                target, predictions[i * HEADS + head.ordinal()], probability
                            });
                    positives += target;
                }
            }
            double constant = positives / asked.size();
            for (double[] row : asked) {
                boolean positive = row[0] > 0.5;
                double base = Measures.logLoss(constant, positive);
                gain += base - Measures.logLoss(row[1], positive);
                possible += base - Measures.logLoss(row[2], positive);
            }
        }
        return possible > 0 ? gain / possible : Double.NaN;
    }

    /** Removes a job folder. */
    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
