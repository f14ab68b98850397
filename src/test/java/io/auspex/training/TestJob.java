package io.auspex.training;

import io.auspex.dataset.JobFolder;
import io.auspex.dataset.JobSpec;
import io.auspex.dataset.NpyWriter;
import io.auspex.features.FeatureSchema;
import io.auspex.features.FeatureSet;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.GateSpec;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.model.TargetSpec;
import io.auspex.model.TrainerSpec;
import io.auspex.model.ValidationSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** A job of four symbols over a {@link TestMarket}, one close every five minutes. */
final class TestJob {

    static final List<Symbol> SYMBOLS =
            List.of(
                    new Symbol("AAABTC"),
                    new Symbol("BBBBTC"),
                    new Symbol("CCCBTC"),
                    new Symbol("DDDBTC"));

    private static final long START = 1_750_000_200_000L;

    final JobSpec job;
    final TestMarket market;
    final long[] times;
    final int[] groups;

    TestJob(int rows, int features, TrainerSpec trainer) {
        market = new TestMarket(rows, features, 21);
        times =
                IntStream.range(0, rows)
                        .mapToLong(
                                i -> START + i / SYMBOLS.size() * Timeframe.FIVE_MINUTES.millis())
                        .toArray();
        groups = IntStream.range(0, rows).map(i -> i % SYMBOLS.size()).toArray();
        ModelSpec spec =
                new ModelSpec(
                        "test",
                        new MarketSpec("simulated", List.of(), Timeframe.FIVE_MINUTES),
                        FeatureSet.standard(),
                        new TargetSpec(6, 0.01, 0.01, 0.03, false, 288),
                        trainer,
                        new ValidationSpec(5, 0.4, 6),
                        GateSpec.standard(),
                        100_000);
        List<String> names =
                IntStream.range(0, features).mapToObj(j -> "f_" + j + "@5m~1").toList();
        job = new JobSpec(spec, 42, FeatureSchema.of(names), SYMBOLS, "ab".repeat(32));
    }

    TrainingData data() {
        return new TrainingData(job, market.rows(), market.targets(), times);
    }

    JobFolder writeTo(Path path) throws IOException {
        Files.createDirectories(path);
        JobFolder folder = new JobFolder(path);
        NpyWriter.write(folder.features(), market.features(), job.schema().size());
        NpyWriter.write(folder.targets(), market.targets(), 4);
        NpyWriter.write(folder.times(), times);
        NpyWriter.write(folder.groups(), groups);
        folder.writeJob(job);
        return folder;
    }
}
