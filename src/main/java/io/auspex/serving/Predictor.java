package io.auspex.serving;

import io.auspex.features.Readiness;
import io.auspex.market.Symbol;
import io.auspex.model.MarketSpec;
import io.auspex.platform.Failure;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks champions. Every answer comes whole from one version, whatever is promoted meanwhile. Never
 * blocks; a native call of microseconds for the models that Auspex trains. Safe from any thread.
 */
@ApplicationScoped
public class Predictor {

    /** How many wrong features a failure lists. */
    private static final int LISTED = 5;

    private final ModelServer server;
    private final LiveFeatures live;

    Predictor(ModelServer server, LiveFeatures live) {
        this.server = server;
        this.live = live;
    }

    /** Asks about the last close of a symbol. */
    public Answer predict(String model, Symbol symbol) {
        return asking(model, serving -> predict(serving, symbol));
    }

    /** Asks a version that the caller has leased about the last close of a symbol. */
    public Answer predict(ServingModel model, Symbol symbol) {
        return aboutLive(model, symbol);
    }

    /**
     * Asks about features that the caller brings.
     *
     * @param features every feature of the schema by its name, finite, and no other
     * @throws Failure INVALID {@code invalid-features} that lists up to five that are missing,
     *     unknown or not finite
     */
    public Answer predict(String model, Map<String, Double> features) {
        return asking(
                model,
                serving -> new Answer.Predicted(serving.predict(row(serving, features)), null));
    }

    /**
     * Asks about a row in the order of the schema; NaN where a feature has no value, as in
     * training.
     *
     * @throws Failure INVALID {@code invalid-features} when it has not F values
     */
    public Answer predict(String model, float[] row) {
        return asking(model, serving -> new Answer.Predicted(serving.predict(row), null));
    }

    private Answer asking(String model, Function<ServingModel, Answer> question) {
        Optional<Lease> acquired = server.acquire(model);
        if (acquired.isEmpty()) {
            return new Answer.NoModel(model);
        }
        try (Lease lease = acquired.get()) {
            return question.apply(lease.model());
        }
    }

    private Answer aboutLive(ServingModel model, Symbol symbol) {
        Optional<LiveMarket> market = live.market();
        if (market.isEmpty()) {
            return new Answer.NotReady("no feed has delivered its history yet");
        }
        String elsewhere = elsewhere(model, market.get(), symbol);
        if (elsewhere != null) {
            return new Answer.WrongMarket(elsewhere);
        }
        if (!model.isLive()) {
            return new Answer.NotReady(
                    "the features of %s are not computed here; send them".formatted(model));
        }
        Optional<LiveVector> vector = live.vector(model.schema().hash(), symbol);
        if (vector.isEmpty()) {
            return new Answer.NotReady("no candle of " + symbol + " has been seen yet");
        }
        return switch (vector.get().readiness()) {
            case Readiness.NotReady notReady -> new Answer.NotReady(notReady.reason());
            case Readiness.Ready _ ->
                    new Answer.Predicted(vector.get().values().predictedBy(model), vector.get());
        };
    }

    private static @Nullable String elsewhere(
            ServingModel model, LiveMarket market, Symbol symbol) {
        MarketSpec spec = model.market();
        if (!market.isCoveredBy(spec)) {
            return "%s speaks for %s at %s; live is %s at %s"
                    .formatted(
                            model.name(),
                            spec.feed(),
                            spec.timeframe(),
                            market.feed(),
                            market.timeframe());
        }
        if (!spec.covers(market.feed(), symbol, market.timeframe())) {
            return "%s does not speak for %s, only for %s"
                    .formatted(model.name(), symbol, spec.symbols());
        }
        if (spec.symbols().isEmpty() && !market.symbols().contains(symbol)) {
            return "%s has no %s".formatted(market.feed(), symbol);
        }
        return null;
    }

    private static float[] row(ServingModel model, Map<String, Double> features) {
        float[] row = new float[model.schema().size()];
        Arrays.fill(row, Float.NaN);
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, @Nullable Double> feature : features.entrySet()) {
            Integer place = model.place(feature.getKey());
            Double value = feature.getValue();
            if (place == null) {
                wrong.add("unknown " + feature.getKey());
            } else if (value == null || !Float.isFinite(value.floatValue())) {
                wrong.add("not a finite float32 " + feature.getKey() + ": " + value);
            } else {
                row[place] = value.floatValue();
            }
        }
        for (String name : model.schema().names()) {
            if (!features.containsKey(name)) {
                wrong.add("missing " + name);
            }
        }
        if (!wrong.isEmpty()) {
            throw wrongFeatures(model, wrong);
        }
        return row;
    }

    private static Failure wrongFeatures(ServingModel model, List<String> wrong) {
        String more = wrong.size() > LISTED ? " and " + (wrong.size() - LISTED) + " more" : "";
        return new Failure(
                Failure.Category.INVALID,
                "invalid-features",
                "%s wants its %d features complete, finite and named: %s%s"
                        .formatted(
                                model.name(),
                                model.schema().size(),
                                String.join(", ", wrong.subList(0, Math.min(LISTED, wrong.size()))),
                                more));
    }
}
