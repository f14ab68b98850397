package io.auspex.model;

import io.auspex.features.FeatureSet;
import java.util.regex.Pattern;

/**
 * Everything that says what a model is before it has been trained. Serialised as JSON with
 * snake_case names; it travels in {@code job.json} and in the model's database row.
 *
 * @param name 1 to 64 of a-z, 0-9, '-', '_' and '.', beginning with a letter or digit
 * @param windowCandles the newest base candles that training may use, per symbol
 */
public record ModelSpec(
        String name,
        MarketSpec market,
        FeatureSet features,
        TargetSpec targets,
        TrainerSpec trainer,
        ValidationSpec validation,
        GateSpec gate,
        int windowCandles) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    public ModelSpec {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "model name must be 1 to 64 of a-z, 0-9, '-', '_' and '.': '" + name + "'");
        }
        if (windowCandles < 100) {
            throw new IllegalArgumentException(
                    "window_candles must be at least 100: " + windowCandles);
        }
    }

    /** A specification with every default, for one market. */
    public static ModelSpec standard(String name, MarketSpec market) {
        return new ModelSpec(
                name,
                market,
                FeatureSet.standard(),
                TargetSpec.standard(),
                TrainerSpec.standard(),
                ValidationSpec.standard(),
                GateSpec.standard(),
                100_000);
    }

    /** The same model with other features. */
    public ModelSpec withFeatures(FeatureSet other) {
        return new ModelSpec(
                name, market, other, targets, trainer, validation, gate, windowCandles);
    }

    /** The same model with other parameters of its trainer. */
    public ModelSpec withTrainer(TrainerSpec other) {
        return new ModelSpec(
                name, market, features, targets, other, validation, gate, windowCandles);
    }
}
