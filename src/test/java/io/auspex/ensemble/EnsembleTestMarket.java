package io.auspex.ensemble;

import io.auspex.ingest.CandleStore;
import io.auspex.ingest.HistoryLoaded;
import io.auspex.ingest.SimulatedMarket;
import io.auspex.ingest.SimulatedMarketGenerator;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Await;
import io.auspex.registry.ModelRegistry;
import io.auspex.serving.TinyModels;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;

/** A market with twelve days of history and a champion that trades, for sessions and weights. */
@ApplicationScoped
class EnsembleTestMarket {

    static final String FEED = "replay:ensemble-test";

    static final Timeframe FIVE = Timeframe.FIVE_MINUTES;

    static final String MODEL = "ensemble-test-5m";

    @Inject CandleStore candles;
    @Inject ModelRegistry registry;
    @Inject SessionPlanner planner;

    /** Has its history stored, and is the feed that sessions look at. */
    void begin() {
        if (candles.extent(FEED, FIVE).candles() == 0) {
            SimulatedMarketGenerator generator =
                    new SimulatedMarketGenerator(new SimulatedMarket(5, 1, 2, 12, FIVE, 0));
            List<MarketClose> closes = new ArrayList<>();
            for (int i = 0; i < 12 * 288; i++) {
                MarketClose close = generator.next();
                closes.add(new MarketClose(FEED, close.closeTimeMillis(), close.candles()));
            }
            candles.storeAndAwait(closes);
            champion();
        }
        planner.isRunning(
                new HistoryLoaded(
                        FEED, FIVE, List.of(new Symbol("BTCSIM"), new Symbol("ETHSIM")), 0));
    }

    /** One that often calls for a short trade: its p_down is the fourth output of the graph. */
    private void champion() {
        MarketSpec market = new MarketSpec(FEED, List.of(), FIVE);
        Await.item(() -> registry.declare(ModelSpec.standard(MODEL, market)));
        TinyModels tiny =
                TinyModels.tiny()
                        .named(MODEL)
                        .market(market)
                        .bias(-1.2f)
                        .outputs(List.of("p_up", "p_stop", "expected_return", "p_down"));
        int version =
                Await.item(() ->
                                registry.add(
                                        MODEL,
                                        "import:test",
                                        tiny.schema(),
                                        tiny.onnx(),
                                        tiny.report()))
                        .version();
        Await.item(() -> registry.promote(MODEL, version, "for sessions", true));
    }
}
