package io.auspex.ingest;

import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.List;

/**
 * The feed of a {@link SimulatedMarket}: its days of history, then live closes, for ever or for a
 * number of days. A run that resumes makes the candles up to there again (about a million a
 * second), so that nothing has to be stored for it.
 */
public final class SimulatedFeed implements Feed {

    private final SimulatedMarket market;
    private final Pacer pacer;
    private final int liveDays;

    public SimulatedFeed(SimulatedMarket market, Pacer pacer) {
        this(market, pacer, 0);
    }

    /**
     * @param liveDays days of live closes, after which the feed ends; 0 for ever
     */
    public SimulatedFeed(SimulatedMarket market, Pacer pacer, int liveDays) {
        if (liveDays < 0) {
            throw new IllegalArgumentException("live days must not be negative: " + liveDays);
        }
        this.market = market;
        this.pacer = pacer;
        this.liveDays = liveDays;
    }

    @Override
    public String identity() {
        return market.identity();
    }

    @Override
    public Timeframe timeframe() {
        return market.timeframe();
    }

    @Override
    public List<Symbol> symbols() {
        return market.symbols().stream().sorted().toList();
    }

    /** Without a number of days it ends only by interruption. */
    @Override
    public void run(long afterCloseTimeMillis, FeedListener listener) throws InterruptedException {
        SimulatedMarketGenerator generator = new SimulatedMarketGenerator(market);
        long lastTimeMillis = SimulatedMarket.START_MILLIS;
        boolean live = false;
        while (true) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            MarketClose close = generator.next();
            long time = close.closeTimeMillis();
            if (liveDays > 0
                    && time > market.historyEndMillis() + liveDays * SimulatedMarket.DAY_MILLIS) {
                listener.onEnd();
                return;
            }
            boolean isHistory = time <= market.historyEndMillis();
            if (time > afterCloseTimeMillis) {
                if (isHistory) {
                    listener.onHistory(close, fractionOfHistory(time));
                } else {
                    if (!live) {
                        listener.onHistoryComplete(lastTimeMillis);
                        live = true;
                    }
                    pacer.awaitClose(market.timeframe());
                    listener.onLive(close);
                }
            }
            lastTimeMillis = time;
        }
    }

    private double fractionOfHistory(long timeMillis) {
        double elapsed = timeMillis - SimulatedMarket.START_MILLIS;
        return elapsed / (market.historyEndMillis() - SimulatedMarket.START_MILLIS);
    }
}
