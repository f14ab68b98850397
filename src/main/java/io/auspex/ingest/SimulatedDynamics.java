package io.auspex.ingest;

/**
 * The laws of the simulated market, per candle. With {@code p} the log price of a symbol, {@code m}
 * its exponential mean over about 48 candles and {@code x = p - m} the deviation after a close:
 *
 * <pre>
 *   p' = p + kappa x + d(regime) + sigma z + jump
 *   x' = (1 - lambda) (p' - p + x)
 *   log sigma = log SIGMA + h + g + v(regime) + daily season
 *   h' = PHI h + ETA_COMMON e        g' = PHI g + ETA_OWN e
 * </pre>
 *
 * {@code h}, the regime and the times of jumps are the market's; {@code g} is the symbol's; {@code
 * z} and jump sizes are Gaussian and correlated between symbols. The planted part is the trend
 * {@code kappa x} (a price above its mean goes on rising), which close prices alone reveal, and the
 * small hidden drift {@code d} of a regime that lasts for days. Both carry the factor {@link
 * #trendShare}, which is 0 at strength 0: then p is a symmetric random walk and only its volatility
 * is predictable.
 *
 * <p>Given the paths of volatility, regime and jump times, p is linear in Gaussian shocks: that is
 * what {@link TrueProbability} rests on.
 */
final class SimulatedDynamics {

    /** Deviation of log price over one candle, at the middle of the volatility's distribution. */
    static final double SIGMA = 0.0021;

    /** Weight of a new close in the exponential mean: that of a mean over 48 candles. */
    static final double LAMBDA = 2.0 / 49;

    /**
     * Kappa over lambda at strength 1 is {@code TREND / (1 + TREND)}; at 1 the trend would explode.
     */
    static final double TREND = 1.5;

    /**
     * How much stronger the opposite law is: a price that is pulled back stays near its mean, and
     * there would be less to see of it. With this the direction is about as predictable.
     */
    static final double TURNED = 2.5;

    /** Volatility has a half-life of about 140 candles. */
    static final double PHI = 1 - 1 / 200.0;

    /** Stationary deviation of the common and of the own part of log volatility. */
    static final double COMMON_SPREAD = 0.2;

    static final double OWN_SPREAD = 0.15;
    static final double ETA_COMMON = COMMON_SPREAD * Math.sqrt(1 - PHI * PHI);
    static final double ETA_OWN = OWN_SPREAD * Math.sqrt(1 - PHI * PHI);

    /** Correlation between symbols of shocks, and of jump sizes. */
    static final double CORRELATION = 0.25;

    static final double JUMP_CORRELATION = 0.5;
    static final double JUMP_PROBABILITY = 1 / 400.0;
    static final double JUMP_SIGMA = 0.025;

    /** Calm, rising, falling: sign of the drift, and addition to log volatility. */
    static final int[] REGIME_DIRECTION = {0, 1, -1};

    static final double[] REGIME_VOLATILITY = {-0.12, 0.08, 0.08};
    static final double REGIME_DRIFT = 0.00006;

    /** A regime lasts two days of 5-minute candles on average. */
    static final double REGIME_LEAVE_PROBABILITY = 1 / 576.0;

    /** Price moves within a candle. */
    static final int SUB_STEPS = 6;

    private static final double DAY_MILLIS = 86_400_000.0;
    private static final double BUSIEST_HOUR = 15;

    private final double trendShare;

    SimulatedDynamics(double strength) {
        this(strength, false);
    }

    /**
     * @param turned the opposite law: a price above its mean falls back, and regimes drift the
     *     other way
     */
    SimulatedDynamics(double strength, boolean turned) {
        trendShare = (turned ? -TURNED : 1) * TREND * strength / (1 + TREND * strength);
    }

    /** Kappa over lambda, in (-{@value #TURNED}, 1). */
    double trendShare() {
        return trendShare;
    }

    /** Log price gained in the next candle, per unit of deviation. */
    double kappa() {
        return trendShare * LAMBDA;
    }

    /** Log price gained in a candle because of the regime. */
    double regimeDrift(int regime) {
        return trendShare * REGIME_DRIFT * REGIME_DIRECTION[regime];
    }

    /** Deviation of one candle's log price, jumps aside. */
    static double sigma(int regime, double logVolatility, long openTimeMillis) {
        return SIGMA
                * StrictMath.exp(
                        logVolatility
                                + REGIME_VOLATILITY[regime]
                                + 0.15 * dailySeason(openTimeMillis));
    }

    /** 1 in the busiest hour of the day, -1 twelve hours away from it. */
    static double dailySeason(long openTimeMillis) {
        return StrictMath.cos(2 * Math.PI * (openTimeMillis / DAY_MILLIS - BUSIEST_HOUR / 24));
    }

    /** The regime of the next candle, from one uniform number. */
    static int nextRegime(int regime, double uniform) {
        if (uniform >= REGIME_LEAVE_PROBABILITY) {
            return regime;
        }
        return (regime + (uniform < REGIME_LEAVE_PROBABILITY / 2 ? 1 : 2)) % 3;
    }
}
