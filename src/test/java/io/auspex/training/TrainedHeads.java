package io.auspex.training;

import io.auspex.model.Calibration;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.model.TrainerSpec;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** All heads trained on a {@link TestMarket}, with an export of them. */
final class TrainedHeads implements AutoCloseable {

    /** Like the standard, for fewer rows. */
    static final TrainerSpec SPEC =
            new TrainerSpec("lightgbm", 60, 15, 0.05, 50, 0.3, 0.7, 10.0, 63, false);

    static final Map<Head, Calibration> CALIBRATIONS =
            Map.of(
                    Head.P_UP, new Calibration(1.3, 0.1),
                    Head.P_DOWN, new Calibration(0.8, -0.05),
                    Head.EXPECTED_RETURN, Calibration.IDENTITY,
                    Head.P_STOP, new Calibration(1.1, 0.02));

    final Rows training;
    final Map<Head, FittedHead> fitted = new EnumMap<>(Head.class);
    final Map<Head, LightGbmModel> models = new EnumMap<>(Head.class);

    TrainedHeads(TestMarket market, TrainerSpec spec, long seed) {
        training = market.rows();
        LightGbmTrainer trainer = new LightGbmTrainer(spec, seed);
        List<String> names =
                IntStream.range(0, training.columns())
                        .mapToObj(j -> "feature_" + j + "@5m")
                        .toList();
        int[] rows = IntStream.range(0, training.count()).toArray();
        try (LightGbmDataset dataset = trainer.bin(training, rows, names)) {
            for (Head head : ModelKind.MARKET.heads()) {
                FittedHead model = trainer.train(dataset, head, market.labels(head), trees -> {});
                fitted.put(head, model);
                models.put(head, model.model());
            }
        }
    }

    byte[] onnx() {
        return OnnxExporter.export(
                ModelKind.MARKET,
                models,
                CALIBRATIONS,
                FeatureScales.of(training, models.values()),
                "test",
                Map.of("auspex.model", "test"));
    }

    String text() {
        StringBuilder text = new StringBuilder();
        fitted.forEach((head, model) -> text.append(head).append('\n').append(model.text()));
        return text.toString();
    }

    @Override
    public void close() {
        fitted.values().forEach(FittedHead::close);
    }
}
