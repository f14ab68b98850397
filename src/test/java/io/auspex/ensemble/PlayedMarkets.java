package io.auspex.ensemble;

import io.auspex.ingest.CandleStore;
import io.auspex.ingest.HistoryLoaded;
import io.auspex.ingest.SimulatedMarket;
import io.auspex.ingest.SimulatedMarketGenerator;
import io.auspex.market.Candle;
import io.auspex.market.CloseListener;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;

/** Simulated markets, each a replay feed of its own, whose closes the pipeline under test hears. */
@ApplicationScoped
public class PlayedMarkets {

    private static final Timeframe FIVE = Timeframe.FIVE_MINUTES;

    @Inject CandleStore candles;
    @Inject CloseListener pipeline;

    /** A market of two symbols, with that many closes stored. */
    public Market market(String name, long seed, int history) {
        return market(name, seed, history, SimulatedMarket.START_MILLIS);
    }

    /**
     * The same at another time.
     *
     * @param startMillis open time of the first candle, on the grid
     */
    public Market market(String name, long seed, int history, long startMillis) {
        Market market = new Market(name, seed, startMillis - SimulatedMarket.START_MILLIS);
        market.store(history);
        return market;
    }

    /** One of them. */
    public final class Market {

        public final String feed;

        /** The name of the model that a service would make for the feed. */
        public final String model;

        public final MarketSpec spec;
        private final SimulatedMarketGenerator generator;
        private final long shiftMillis;
        private long last;

        private Market(String name, long seed, long shiftMillis) {
            this.feed = "replay:" + name;
            this.model = name + "-5m";
            this.spec = new MarketSpec(feed, List.of(), FIVE);
            this.generator =
                    new SimulatedMarketGenerator(new SimulatedMarket(seed, 1, 2, 12, FIVE, 0));
            this.shiftMillis = shiftMillis;
        }

        /** Closes that nobody hears of. */
        public void store(int closes) {
            List<MarketClose> history = new ArrayList<>();
            for (int i = 0; i < closes; i++) {
                history.add(next());
            }
            candles.storeAndAwait(history);
        }

        /** The market closes once more, and the service hears of it. */
        public MarketClose close() {
            MarketClose close = next();
            candles.storeAndAwait(List.of(close));
            pipeline.onClose(close);
            return close;
        }

        private MarketClose next() {
            MarketClose close = generator.next();
            last = close.closeTimeMillis() + shiftMillis;
            return new MarketClose(
                    feed, last, close.candles().stream().map(this::shifted).toList());
        }

        private Candle shifted(Candle candle) {
            return new Candle(
                    candle.symbol(),
                    candle.timeframe(),
                    candle.openTimeMillis() + shiftMillis,
                    candle.open(),
                    candle.high(),
                    candle.low(),
                    candle.close(),
                    candle.volume());
        }

        public long last() {
            return last;
        }

        public HistoryLoaded loaded() {
            return new HistoryLoaded(
                    feed, FIVE, List.of(new Symbol("BTCSIM"), new Symbol("ETHSIM")), last);
        }
    }
}
