package io.auspex.bench;

import io.auspex.ingest.SimulatedMarket;
import io.auspex.market.Timeframe;
import io.auspex.model.Evidence;
import io.auspex.model.ModelSpec;
import io.auspex.model.TrainerSpec;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Makes the starter model of the simulated market again: small on purpose (few days, few trees), so
 * that it predicts from the first second and a first refit has something to beat. The same options
 * give the same bytes.
 */
final class StarterBench {

    /** Few and careful steps: skill enough for the gate, far from all there is. */
    private static final TrainerSpec TRAINER =
            new TrainerSpec("lightgbm", 12, 4, 0.05, 1_000, 0.5, 0.5, 100.0, 63, true);

    private StarterBench() {}

    static void run(BenchOptions options, PrintStream out) throws IOException {
        options.only("seed", "days", "folder");
        int seed = options.number("seed", 1, 0);
        int days = options.number("days", 14, 5);
        Path folder = Path.of(options.text("folder", "onnx-models"));
        SimulatedMarket market = new SimulatedMarket(seed, 1.0, 5, days, Timeframe.FIVE_MINUTES, 0);
        ModelSpec spec = SimulatedTraining.specification(market).withTrainer(TRAINER);
        Path job = Files.createTempDirectory("auspex-starter");
        try {
            SimulatedTraining training = SimulatedTraining.of(market, spec, job);
            Evidence evidence = training.model().report().evidence();
            Path version = folder.resolve(spec.name()).resolve("1");
            Files.createDirectories(version);
            Files.write(version.resolve("model.onnx"), training.model().onnx());
            out.printf(
                    "%s%n  move: %s%n  direction: %s%n  passes the gate: %s%n  share of the possible skill: %.2f%n",
                    version.resolve("model.onnx"),
                    evidence.move().describe(),
                    Objects.requireNonNull(evidence.direction()).describe(),
                    evidence.passes(spec.gate().significance()),
                    training.skillShare());
        } finally {
            SimulatedTraining.delete(job);
        }
    }
}
