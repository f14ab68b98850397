package io.auspex.ingest;

import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.List;
import java.util.SplittableRandom;

/** One symbol of a simulated market: its state, its own noise, and the candles made of them. */
final class SimulatedSymbol {

    private static final double[] FIRST_PRICES = {60_000, 3_000, 0.5, 80, 0.1};
    private static final int LONGEST_GAP = 40;

    /** What all symbols of a candle share. */
    record Common(
            long openTimeMillis,
            int regime,
            double volatility,
            List<Double> shocks,
            boolean jumps,
            int jumpStep,
            double jump) {}

    private final Symbol symbol;
    private final SimulatedMarket market;
    private final SimulatedDynamics unchanged;
    private final SimulatedDynamics changed;
    private final SplittableRandom prices;
    private final SplittableRandom volumes;
    private final SplittableRandom gaps;

    private final double baseLogVolume;
    private double logPrice;
    private double price;
    private double deviation;
    private double volatility;
    private double volumeNoise;
    private int missing;

    SimulatedSymbol(int index, Symbol symbol, SimulatedMarket market, SplittableRandom random) {
        this.symbol = symbol;
        this.market = market;
        this.unchanged = new SimulatedDynamics(market.strength());
        this.changed = new SimulatedDynamics(market.strength(), true);
        prices = random.split();
        volumes = random.split();
        gaps = random.split();
        price =
                index < FIRST_PRICES.length
                        ? FIRST_PRICES[index]
                        : StrictMath.exp(prices.nextDouble(-2, 6));
        logPrice = StrictMath.log(price);
        volatility = SimulatedDynamics.OWN_SPREAD * prices.nextGaussian();
        // About two million units of the quote currency change hands in a candle.
        baseLogVolume = StrictMath.log(2e6) - logPrice;
    }

    double volatility() {
        return volatility;
    }

    double deviation() {
        return deviation;
    }

    /** Moves on by one candle. */
    Candle next(Common common) {
        volatility =
                SimulatedDynamics.PHI * volatility
                        + SimulatedDynamics.ETA_OWN * prices.nextGaussian();
        double sigma =
                SimulatedDynamics.sigma(
                        common.regime(), common.volatility() + volatility, common.openTimeMillis());
        SimulatedDynamics dynamics =
                market.hasChanged(common.openTimeMillis()) ? changed : unchanged;
        double drift = dynamics.kappa() * deviation + dynamics.regimeDrift(common.regime());
        double start = logPrice;
        double open = price;
        double high = logPrice;
        double low = logPrice;
        for (int step = 0; step < SimulatedDynamics.SUB_STEPS; step++) {
            logPrice += drift / SimulatedDynamics.SUB_STEPS + shock(sigma, common, step);
            high = Math.max(high, logPrice);
            low = Math.min(low, logPrice);
        }
        double move = logPrice - start;
        deviation = (1 - SimulatedDynamics.LAMBDA) * (deviation + move);
        price = StrictMath.exp(logPrice);
        double top = Math.max(Math.max(open, price), StrictMath.exp(high));
        double bottom = Math.min(Math.min(open, price), StrictMath.exp(low));
        double volume = volume(sigma, move, common.openTimeMillis());
        Timeframe timeframe = market.timeframe();
        return new Candle(
                symbol, timeframe, common.openTimeMillis(), open, top, bottom, price, volume);
    }

    /** Whether the candle that has just been made is withheld; called once a candle. */
    boolean isMissing() {
        double begins = gaps.nextDouble();
        int length = gaps.nextInt(1, LONGEST_GAP + 1);
        if (missing == 0 && begins < market.gapProbability()) {
            missing = length;
        }
        if (missing == 0) {
            return false;
        }
        missing--;
        return true;
    }

    private double shock(double sigma, Common common, int step) {
        double shock =
                sigma
                        * mix(
                                common.shocks().get(step),
                                prices.nextGaussian(),
                                SimulatedDynamics.CORRELATION)
                        / Math.sqrt(SimulatedDynamics.SUB_STEPS);
        if (!common.jumps() || common.jumpStep() != step) {
            return shock;
        }
        return shock
                + SimulatedDynamics.JUMP_SIGMA
                        * mix(
                                common.jump(),
                                prices.nextGaussian(),
                                SimulatedDynamics.JUMP_CORRELATION);
    }

    /** Follows volatility, the size of the move and the time of day; knows nothing of direction. */
    private double volume(double sigma, double move, long openTimeMillis) {
        volumeNoise = 0.9 * volumeNoise + 0.15 * volumes.nextGaussian();
        double surprise = Math.min(Math.abs(move) / sigma, 6);
        return StrictMath.exp(
                baseLogVolume
                        + 0.9 * StrictMath.log(sigma / SimulatedDynamics.SIGMA)
                        + 0.3 * surprise
                        + 0.3 * SimulatedDynamics.dailySeason(openTimeMillis)
                        + volumeNoise
                        + 0.25 * volumes.nextGaussian());
    }

    private static double mix(double common, double own, double correlation) {
        return Math.sqrt(correlation) * common + Math.sqrt(1 - correlation) * own;
    }
}
