package io.auspex.ingest;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes the closes of a {@link SimulatedMarket}, one after the other, for ever: a pure function of
 * the configuration. Not thread-safe.
 */
public final class SimulatedMarketGenerator {

    /** Candles made before the first one that is shown, so that the mean price has settled. */
    private static final int WARM_UP_CANDLES = 288;

    private final SimulatedMarket market;
    private final String feed;
    private final SplittableRandom random;
    private final List<SimulatedSymbol> symbols = new ArrayList<>();
    private long closeTimeMillis;
    private int regime;
    private double volatility;

    public SimulatedMarketGenerator(SimulatedMarket market) {
        this.market = market;
        feed = market.identity();
        SplittableRandom seeds = new SplittableRandom(market.seed());
        random = seeds.split();
        List<Symbol> names = market.symbols();
        for (int index = 0; index < names.size(); index++) {
            symbols.add(new SimulatedSymbol(index, names.get(index), market, seeds.split()));
        }
        regime = random.nextInt(SimulatedDynamics.REGIME_DIRECTION.length);
        volatility = SimulatedDynamics.COMMON_SPREAD * random.nextGaussian();
        closeTimeMillis =
                SimulatedMarket.START_MILLIS - WARM_UP_CANDLES * market.timeframe().millis();
        for (int candle = 0; candle < WARM_UP_CANDLES; candle++) {
            step();
        }
    }

    public SimulatedMarket market() {
        return market;
    }

    /** The next close; times at which every symbol has a gap are passed over. */
    public MarketClose next() {
        while (true) {
            List<Candle> candles = step();
            if (!candles.isEmpty()) {
                candles.sort(Comparator.comparing(Candle::symbol));
                return new MarketClose(feed, closeTimeMillis, candles);
            }
        }
    }

    /** The state of the market as of the close that {@link #next} returned last. */
    public SimulatedMarketState state() {
        return new SimulatedMarketState(
                closeTimeMillis,
                regime,
                volatility,
                symbols.stream().mapToDouble(SimulatedSymbol::volatility).toArray(),
                symbols.stream().mapToDouble(SimulatedSymbol::deviation).toArray());
    }

    private List<Candle> step() {
        SimulatedSymbol.Common common = common(closeTimeMillis);
        closeTimeMillis += market.timeframe().millis();
        List<Candle> candles = new ArrayList<>(symbols.size());
        for (SimulatedSymbol symbol : symbols) {
            Candle candle = symbol.next(common);
            if (!symbol.isMissing()) {
                candles.add(candle);
            }
        }
        return candles;
    }

    private SimulatedSymbol.Common common(long openTimeMillis) {
        regime = SimulatedDynamics.nextRegime(regime, random.nextDouble());
        volatility =
                SimulatedDynamics.PHI * volatility
                        + SimulatedDynamics.ETA_COMMON * random.nextGaussian();
        List<Double> shocks = new ArrayList<>(SimulatedDynamics.SUB_STEPS);
        for (int step = 0; step < SimulatedDynamics.SUB_STEPS; step++) {
            shocks.add(random.nextGaussian());
        }
        boolean jumps = random.nextDouble() < SimulatedDynamics.JUMP_PROBABILITY;
        return new SimulatedSymbol.Common(
                openTimeMillis,
                regime,
                volatility,
                shocks,
                jumps,
                random.nextInt(SimulatedDynamics.SUB_STEPS),
                random.nextGaussian());
    }
}
