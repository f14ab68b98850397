package io.auspex.ingest;

import java.util.SplittableRandom;
import org.hipparchus.special.Erf;

/**
 * Computes the {@link Truth} of a simulated market. Given the paths of volatility, regime and jump
 * times over the horizon, the log return is exactly Gaussian, so its probabilities are in closed
 * form (conditional Monte Carlo); only those paths are drawn, in antithetic pairs, from a random
 * stream of their own that depends on seed, time and symbol. Drawing the truth never changes the
 * market.
 *
 * <p>With {@link #STANDARD_PATHS} paths the standard error of p_up and p_down is about 0.003, that
 * of p_stop about 0.001. Where the law of the market changes within the horizon, the truth is that
 * of the law before. Thread-safe.
 */
public final class TrueProbability {

    public static final int STANDARD_PATHS = 200;

    private final SimulatedMarket market;
    private final TruthTarget target;
    private final int pairs;
    private final Law before;
    private final Law after;

    public TrueProbability(SimulatedMarket market, TruthTarget target) {
        this(market, target, STANDARD_PATHS);
    }

    /**
     * @param paths even, at least 2; time and squared error are proportional to it and to its
     *     inverse
     */
    public TrueProbability(SimulatedMarket market, TruthTarget target, int paths) {
        if (paths < 2 || paths % 2 != 0) {
            throw new IllegalArgumentException("paths must be even and at least 2: " + paths);
        }
        this.market = market;
        this.target = target;
        pairs = paths / 2;
        before = new Law(new SimulatedDynamics(market.strength()), target.horizonCandles());
        after = new Law(new SimulatedDynamics(market.strength(), true), target.horizonCandles());
    }

    /** What follows from the dynamics alone. */
    private static final class Law {

        private final SimulatedDynamics dynamics;

        /** What a unit shock adds to the final log price, by the candles that remain after it. */
        private final double[] shockWeight;

        /** Mean log return per unit of today's deviation. */
        private final double deviationWeight;

        Law(SimulatedDynamics dynamics, int horizonCandles) {
            this.dynamics = dynamics;
            double kappa = dynamics.kappa();
            shockWeight = new double[horizonCandles];
            // A deviation of 1 pulls the price by kappa in the next candle and is then `keep`.
            double keep = (1 - SimulatedDynamics.LAMBDA) * (1 + kappa);
            double pull = 0;
            for (int remaining = 0; remaining < shockWeight.length; remaining++) {
                shockWeight[remaining] = 1 + (1 - SimulatedDynamics.LAMBDA) * pull;
                pull = kappa + keep * pull;
            }
            deviationWeight = pull;
        }
    }

    /**
     * @param symbolIndex as in {@link SimulatedMarket#symbols}
     */
    public Truth truth(SimulatedMarketState state, int symbolIndex) {
        SplittableRandom random = substream(state.closeTimeMillis(), symbolIndex);
        Law law = market.hasChanged(state.closeTimeMillis()) ? after : before;
        Sum sum = new Sum();
        for (int pair = 0; pair < pairs; pair++) {
            drawPair(law, state, symbolIndex, random, sum);
        }
        return sum.mean(2 * pairs);
    }

    private void drawPair(
            Law law,
            SimulatedMarketState state,
            int symbolIndex,
            SplittableRandom random,
            Sum sum) {
        Path path = new Path(law, state, symbolIndex);
        Path mirrored = new Path(law, state, symbolIndex);
        long openTimeMillis = state.closeTimeMillis();
        for (int remaining = law.shockWeight.length - 1; remaining >= 0; remaining--) {
            double common = random.nextGaussian();
            double own = random.nextGaussian();
            double change = random.nextDouble();
            double jump = random.nextDouble();
            double weight = law.shockWeight[remaining];
            path.step(openTimeMillis, common, own, change, jump, weight);
            mirrored.step(openTimeMillis, -common, -own, 1 - change, 1 - jump, weight);
            openTimeMillis += market.timeframe().millis();
        }
        path.addTo(sum);
        mirrored.addTo(sum);
    }

    private SplittableRandom substream(long closeTimeMillis, int symbolIndex) {
        long mixed = new SplittableRandom(market.seed() ^ 0x5DEECE66DL).nextLong();
        mixed = new SplittableRandom(mixed ^ closeTimeMillis).nextLong();
        return new SplittableRandom(mixed ^ symbolIndex).split();
    }

    /** Mean and variance of the log return along one path of volatility, regime and jump times. */
    private final class Path {
        private final Law law;
        private int regime;
        private double commonVolatility;
        private double ownVolatility;
        private double mean;
        private double variance;

        Path(Law law, SimulatedMarketState state, int symbolIndex) {
            this.law = law;
            regime = state.regime();
            commonVolatility = state.commonVolatility();
            ownVolatility = state.ownVolatility(symbolIndex);
            mean = law.deviationWeight * state.deviation(symbolIndex);
        }

        void step(
                long openTimeMillis,
                double common,
                double own,
                double change,
                double jump,
                double weight) {
            regime = SimulatedDynamics.nextRegime(regime, change);
            commonVolatility =
                    SimulatedDynamics.PHI * commonVolatility
                            + SimulatedDynamics.ETA_COMMON * common;
            ownVolatility = SimulatedDynamics.PHI * ownVolatility + SimulatedDynamics.ETA_OWN * own;
            double sigma =
                    SimulatedDynamics.sigma(
                            regime, commonVolatility + ownVolatility, openTimeMillis);
            double square = sigma * sigma;
            if (jump < SimulatedDynamics.JUMP_PROBABILITY) {
                square += SimulatedDynamics.JUMP_SIGMA * SimulatedDynamics.JUMP_SIGMA;
            }
            mean += weight * law.dynamics.regimeDrift(regime);
            variance += weight * weight * square;
        }

        void addTo(Sum sum) {
            double deviation = Math.sqrt(variance);
            sum.up += normal((mean - Math.log1p(target.up())) / deviation);
            sum.down += normal((Math.log1p(-target.down()) - mean) / deviation);
            sum.stop += normal((Math.log1p(-target.stop()) - mean) / deviation);
            sum.expectedReturn += Math.expm1(mean + variance / 2);
        }
    }

    private static final class Sum {
        private double up;
        private double down;
        private double stop;
        private double expectedReturn;

        Truth mean(int paths) {
            return new Truth(up / paths, down / paths, stop / paths, expectedReturn / paths);
        }
    }

    private static double normal(double deviations) {
        return 0.5 * Erf.erfc(-deviations / Math.sqrt(2));
    }
}
