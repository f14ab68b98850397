package io.auspex.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.auspex.features.FeatureSet;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything that says what a model is before it has been trained. Serialised as JSON with
 * snake_case names; it travels in {@code job.json} and in the model's database row.
 *
 * @param name 1 to 64 of a-z, 0-9, '-', '_' and '.', beginning with a letter or digit, and none of
 *     those that Auspex uses itself
 * @param features of a {@link ModelKind#TRADE_OUTCOME}: the definitions of its market features
 * @param targets of a {@link ModelKind#TRADE_OUTCOME} only the horizon counts: how long a trade may
 *     be held
 * @param windowCandles the newest base candles that training may use, per symbol; of a {@link
 *     ModelKind#TRADE_OUTCOME} the newest trades
 * @param kind {@link ModelKind#MARKET} when JSON does not say
 */
public record ModelSpec(
        String name,
        MarketSpec market,
        FeatureSet features,
        TargetSpec targets,
        TrainerSpec trainer,
        ValidationSpec validation,
        GateSpec gate,
        int windowCandles,
        ModelKind kind) {

    /** Fewest trades that a trade-outcome model is trained on. */
    public static final int MIN_TRADES = 20;

    /** Most trades that a trade-outcome model is trained on. */
    public static final int MAX_TRADES = 200;

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    /** Paths of the API and members of the ensemble: a model of that name could not be reached. */
    private static final Set<String> RESERVED =
            Set.of(
                    "weights",
                    "performance",
                    "ensemble",
                    "trading_ai",
                    "lava_ai",
                    "lgbm_ai",
                    "mistral_ai");

    public ModelSpec {
        if (RESERVED.contains(name)) {
            throw new IllegalArgumentException(
                    "'" + name + "' is a name that Auspex uses itself; give the model another");
        }
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "model name must be 1 to 64 of a-z, 0-9, '-', '_' and '.': '" + name + "'");
        }
        if (kind == ModelKind.MARKET && windowCandles < 100) {
            throw new IllegalArgumentException(
                    "window_candles must be at least 100: " + windowCandles);
        }
        if (kind == ModelKind.TRADE_OUTCOME
                && (windowCandles < MIN_TRADES || windowCandles > MAX_TRADES)) {
            throw new IllegalArgumentException(
                    "the window of a trade-outcome model must be "
                            + MIN_TRADES
                            + " to "
                            + MAX_TRADES
                            + " trades: "
                            + windowCandles);
        }
    }

    /** A model of the market. */
    public ModelSpec(
            String name,
            MarketSpec market,
            FeatureSet features,
            TargetSpec targets,
            TrainerSpec trainer,
            ValidationSpec validation,
            GateSpec gate,
            int windowCandles) {
        this(
                name,
                market,
                features,
                targets,
                trainer,
                validation,
                gate,
                windowCandles,
                ModelKind.MARKET);
    }

    @JsonCreator
    static ModelSpec read(
            @JsonProperty(value = "name", required = true) String name,
            @JsonProperty(value = "market", required = true) MarketSpec market,
            @JsonProperty(value = "features", required = true) FeatureSet features,
            @JsonProperty(value = "targets", required = true) TargetSpec targets,
            @JsonProperty(value = "trainer", required = true) TrainerSpec trainer,
            @JsonProperty(value = "validation", required = true) ValidationSpec validation,
            @JsonProperty(value = "gate", required = true) GateSpec gate,
            @JsonProperty(value = "window_candles", required = true) int windowCandles,
            @JsonProperty("kind") @Nullable ModelKind kind) {
        return new ModelSpec(
                name,
                market,
                features,
                targets,
                trainer,
                validation,
                gate,
                windowCandles,
                Objects.requireNonNullElse(kind, ModelKind.MARKET));
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
                name, market, other, targets, trainer, validation, gate, windowCandles, kind);
    }

    /** The same model with other parameters of its trainer. */
    public ModelSpec withTrainer(TrainerSpec other) {
        return new ModelSpec(
                name, market, features, targets, other, validation, gate, windowCandles, kind);
    }

    /** The same model that learns from so many of the newest candles. */
    public ModelSpec withWindow(int candles) {
        return new ModelSpec(
                name, market, features, targets, trainer, validation, gate, candles, kind);
    }

    /** The same model with other targets. */
    public ModelSpec withTargets(TargetSpec other) {
        return new ModelSpec(
                name, market, features, other, trainer, validation, gate, windowCandles, kind);
    }
}
