package io.auspex.trades;

import io.auspex.model.GateSpec;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelKind;
import io.auspex.model.ModelSpec;
import io.auspex.model.TargetSpec;
import io.auspex.model.TradeEntry;
import io.auspex.model.TrainerSpec;
import io.auspex.model.TrainerSpec.Boosting;
import io.auspex.model.TrainerSpec.Mode;
import io.auspex.model.ValidationSpec;
import io.auspex.platform.Await;
import io.auspex.registry.ModelRegistry;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.LiveMarket;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The trade-outcome model of the market that runs: it is declared with the first trade that is
 * stored, so that a service without trades has none.
 */
@ApplicationScoped
public class TradeOutcomeModel {

    /** Its name. */
    public static final String NAME = "trade-outcome";

    private static final Logger LOG = Logger.getLogger(TradeOutcomeModel.class);

    private final ModelRegistry registry;
    private final LiveFeatures live;
    private final TradesConfig config;
    private final AtomicReference<@Nullable String> declaredFor = new AtomicReference<>();

    TradeOutcomeModel(ModelRegistry registry, LiveFeatures live, TradesConfig config) {
        this.registry = registry;
        this.live = live;
        this.config = config;
    }

    /** Registers the model, once for each feed; without a feed it waits for one. */
    void declareOnce() {
        Optional<LiveMarket> market = live.market();
        if (market.isEmpty() || market.get().feed().equals(declaredFor.get())) {
            return;
        }
        try {
            ModelSpec spec = spec(market.get(), config);
            Await.item(() -> registry.declare(spec));
            declaredFor.set(market.get().feed());
        } catch (RuntimeException failure) {
            LOG.errorf(failure, "%s could not be declared", NAME);
        }
    }

    /** Small trees: there are never more than a few hundred rows. */
    static ModelSpec spec(LiveMarket live, TradesConfig config) {
        return new ModelSpec(
                NAME,
                new MarketSpec(marketOf(live.feed()), List.of(), live.timeframe()),
                TradeEntry.definitions(live.timeframe()),
                TargetSpec.standard(),
                new TrainerSpec(
                        "lightgbm",
                        40,
                        4,
                        0.1,
                        10,
                        0.8,
                        0.8,
                        1.0,
                        63,
                        false,
                        boosting(config.boosting()),
                        Mode.FULL),
                new ValidationSpec(4, 0.4, 12),
                new GateSpec(GateSpec.standard().significance(), config.minTestRows()),
                config.window(),
                ModelKind.TRADE_OUTCOME);
    }

    /** Every simulated market has the same dynamics; another feed is a market of its own. */
    private static String marketOf(String feed) {
        return feed.startsWith("simulated:") ? "simulated" : feed;
    }

    private static Boosting boosting(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "gbdt" -> Boosting.GRADIENT;
            case "rf" -> Boosting.FOREST;
            default ->
                    throw new IllegalArgumentException(
                            "auspex.trades.boosting must be gbdt or rf: '" + text + "'");
        };
    }
}
