package io.auspex.api;

import io.auspex.ingest.CandleStore;
import io.auspex.market.Candle;
import io.auspex.market.CloseListener;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Await;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.serving.ModelServer;
import io.auspex.serving.TinyModels;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The running service as tests drive it: models made by hand, and a market that closes when a test
 * says so. One for all tests, so that time goes on from one to the next.
 */
@ApplicationScoped
public class LiveService {

    public static final String FEED = "replay:api-test";
    public static final List<Symbol> SYMBOLS =
            List.of(new Symbol("ADABTC"), new Symbol("ETHBTC"), new Symbol("LTCBTC"));
    public static final MarketSpec MARKET = new MarketSpec(FEED, List.of(), Timeframe.FIVE_MINUTES);

    /** More candles than any feature of {@link TinyModels} needs. */
    private static final int WARM_UP = 60;

    @Inject ModelRegistry registry;
    @Inject ModelServer server;
    @Inject CandleStore candles;
    @Inject CloseListener pipeline;

    private final Random random = new Random(11);
    private long closeTimeMillis = 1_700_000_100_000L;
    private boolean warm;

    /** Registers a model without a version. */
    public void declare(String model) {
        declare(model, MARKET);
    }

    public void declare(String model, MarketSpec market) {
        Await.item(() -> registry.declare(ModelSpec.standard(model, market)));
    }

    /** Registers a model and makes a tiny version of it the champion. */
    public ModelVersion promote(String model, float bias) {
        return promote(model, MARKET, bias);
    }

    public ModelVersion promote(String model, MarketSpec market, float bias) {
        declare(model, market);
        ModelVersion version = add(model, market, bias);
        Await.item(() -> server.promote(model, version.version(), "tiny but proven", false));
        return version;
    }

    /** Adds a tiny version of a registered model, a candidate. */
    public ModelVersion add(String model, float bias) {
        return add(model, MARKET, bias);
    }

    private ModelVersion add(String model, MarketSpec market, float bias) {
        TinyModels tiny = TinyModels.tiny().named(model).market(market).bias(bias);
        return Await.item(() ->
                registry.add(model, "import:test", tiny.schema(), tiny.onnx(), tiny.report()));
    }

    /** The gate says no. */
    public void reject(ModelVersion version) {
        Await.item(() -> registry.reject(version.model(), version.version(), "not good enough"));
    }

    /** Closes that make every feature ready, once. */
    public synchronized void warmUp() {
        if (!warm) {
            List<MarketClose> history = new ArrayList<>();
            for (int i = 0; i < WARM_UP; i++) {
                history.add(next());
            }
            candles.storeAndAwait(history);
            warm = true;
        }
        close();
    }

    /** The market closes once more, and the service hears of it. */
    public synchronized MarketClose close() {
        MarketClose close = next();
        candles.storeAndAwait(List.of(close));
        pipeline.onClose(close);
        return close;
    }

    /** A close that nobody hears of yet. */
    public synchronized MarketClose next() {
        closeTimeMillis += Timeframe.FIVE_MINUTES.millis();
        List<Candle> all = new ArrayList<>();
        for (Symbol symbol : SYMBOLS) {
            double open = 100 + random.nextGaussian();
            double close = open * (1 + random.nextGaussian() * 0.001);
            all.add(
                    new Candle(
                            symbol,
                            Timeframe.FIVE_MINUTES,
                            closeTimeMillis - Timeframe.FIVE_MINUTES.millis(),
                            open,
                            Math.max(open, close) * 1.001,
                            Math.min(open, close) * 0.999,
                            close,
                            10 + random.nextInt(10)));
        }
        return new MarketClose(FEED, closeTimeMillis, all);
    }
}
