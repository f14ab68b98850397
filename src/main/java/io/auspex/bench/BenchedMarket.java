package io.auspex.bench;

import io.auspex.dataset.JobFolder;
import io.auspex.dataset.TrainingSet;
import io.auspex.dataset.TrainingSetBuilder;
import io.auspex.features.FeatureEngine;
import io.auspex.ingest.FeedListener;
import io.auspex.ingest.RefusedRow;
import io.auspex.ingest.ReplayFeed;
import io.auspex.ingest.SimulatedMarket;
import io.auspex.ingest.SimulatedMarketGenerator;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.ModelSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Candles that both the service and the bare training learn from.
 *
 * @param options of the service that has them as its history
 */
record BenchedMarket(
        String name, List<String> options, List<Symbol> symbols, List<MarketClose> closes) {

    private static final long SEED = 1;
    private static final List<String> COMMON =
            List.of("--promote=always", "--speed=1", ServiceStart.NO_STARTERS);

    BenchedMarket {
        options = List.copyOf(options);
        symbols = List.copyOf(symbols);
        closes = List.copyOf(closes);
    }

    /** All of a folder of candle files. */
    static BenchedMarket replay(Path folder) throws InterruptedException {
        ReplayFeed feed = new ReplayFeed(folder, 1, _ -> {});
        List<MarketClose> closes = new ArrayList<>();
        feed.run(0, new Collector(closes));
        List<String> options = new ArrayList<>(COMMON);
        options.add("--feed=replay:" + folder.toAbsolutePath());
        options.add("--history=100%");
        return new BenchedMarket(
                feed.symbols().size() + " real symbols", options, feed.symbols(), closes);
    }

    static BenchedMarket simulated(int seed, int symbols, int days) {
        SimulatedMarket market =
                new SimulatedMarket(seed, 1.0, symbols, days, Timeframe.FIVE_MINUTES, 0);
        SimulatedMarketGenerator generator = new SimulatedMarketGenerator(market);
        List<MarketClose> closes = new ArrayList<>();
        for (MarketClose close = generator.next();
                close.closeTimeMillis() <= market.historyEndMillis();
                close = generator.next()) {
            closes.add(close);
        }
        List<String> options = new ArrayList<>(COMMON);
        options.addAll(
                List.of(
                        "--feed=simulated",
                        "--simulated.seed=" + seed,
                        "--simulated.symbols=" + symbols,
                        "--simulated.days=" + days));
        return new BenchedMarket(
                "%d simulated symbols x %d days".formatted(symbols, days),
                options,
                market.symbols(),
                closes);
    }

    /** Writes the matrix that the service trains on. */
    void build(ModelSpec spec, JobFolder folder) throws IOException {
        FeatureEngine engine = new FeatureEngine(spec.features().schema(symbols));
        TrainingSet set = new TrainingSetBuilder(spec, engine).build(closes, folder, SEED, _ -> {});
        if (set instanceof TrainingSet.Empty empty) {
            throw new IOException("nothing to train on: " + empty.reason());
        }
    }

    private record Collector(List<MarketClose> closes) implements FeedListener {

        @Override
        public void onHistory(MarketClose close, double fractionLoaded) {
            closes.add(close);
        }

        @Override
        public void onHistoryComplete(long lastCloseTimeMillis) {
            // Only the closes count.
        }

        @Override
        public void onLive(MarketClose close) {
            closes.add(close);
        }

        @Override
        public void onRefused(RefusedRow row) {
            // The service tells of it.
        }

        @Override
        public void onEnd() {
            // That is what is waited for.
        }
    }
}
