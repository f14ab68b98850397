package io.auspex.ensemble;

import io.auspex.platform.Failure;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How closed trades move the weights of members: the exponentiated gradient of Kivinen and Warmuth
 * (Information and Computation 132, 1997), as follow-the-regularised-leader with the relative
 * entropy to the weights that were there at first, on the set {@code W} of weights that sum to 1
 * and lie between a floor and a cap.
 *
 * <p>A trade with the return {@code r} after fees moves the score of its member by the step {@code
 * eta * g}, {@code x = r / full}, cut to [-1, 1], and
 *
 * <pre>
 *   g = reward * x - excess    when x is above 0        excess = (reward - punishment) / 2 * m
 *   g = punishment * x - excess  else                   m = mean |x| of the trades before
 * </pre>
 *
 * The excess is what the two multipliers alone would bring a member whose trades are a fair coin's:
 * without it {@code reward > punishment} pays for trading much, and weights of members without any
 * skill run away. The weights in force are {@code argmin over W} of the relative entropy to {@code
 * base * exp(score)}, which is {@code clip(c * base * exp(score), floor, cap)} with the one {@code
 * c} that makes the sum 1.
 *
 * <p>Because the projection is not fed back (it is lazy), scores are sums: the order of trades does
 * not matter for the weights, and a trade is undone by taking its step away. Steps are whole
 * numbers of {@code 1e-12}, so that this is exact: what is left is bit for bit what there would be
 * without the trade.
 *
 * <p>Regret: for every fixed {@code u} in W, with the learner's weights {@code w_t} before trade
 * {@code t}, {@code sum <u - w_t, g_t> <= KL(u || base) / eta + eta * sum |g_t|^2} (Shalev-Shwartz,
 * Online learning and online convex optimization, 2012, theorem 2.11 with the entropy's strong
 * convexity; for the forecaster without bounds Cesa-Bianchi and Lugosi, Prediction, learning, and
 * games, 2006, theorem 2.2).
 *
 * @param learningRate eta, in (0, 1]
 * @param rewardMultiplier more than 0, at most 10
 * @param punishmentMultiplier more than 0, at most 10
 * @param floor least weight of a member among those that learn, 0 or more
 * @param cap greatest, at most 1
 * @param fullReturn return of a trade that counts in full, as a fraction; more counts no more
 */
record LearningRule(
        double learningRate,
        double rewardMultiplier,
        double punishmentMultiplier,
        double floor,
        double cap,
        double fullReturn) {

    /** Steps are whole numbers of these. */
    private static final double UNIT = 1e-12;

    private static final double GREATEST_MULTIPLIER = 10;

    /** Halvings of the interval of the logarithm of {@code c}: below the last bit of a double. */
    private static final int HALVINGS = 200;

    LearningRule {
        require(learningRate > 0 && learningRate <= 1, "learning_rate", "in (0, 1]", learningRate);
        require(
                rewardMultiplier > 0 && rewardMultiplier <= GREATEST_MULTIPLIER,
                "reward_multiplier",
                "in (0, 10]",
                rewardMultiplier);
        require(
                punishmentMultiplier > 0 && punishmentMultiplier <= GREATEST_MULTIPLIER,
                "punishment_multiplier",
                "in (0, 10]",
                punishmentMultiplier);
        require(floor >= 0 && floor < 1, "the floor", "in [0, 1)", floor);
        require(cap > floor && cap <= 1, "the cap", "above the floor and at most 1", cap);
        require(fullReturn > 0 && fullReturn <= 1, "the full return", "in (0, 1]", fullReturn);
    }

    /** What a trade counts, in [-1, 1]. */
    double move(double tradeReturn) {
        return Math.clamp(tradeReturn / fullReturn, -1, 1);
    }

    /**
     * The gain of a trade.
     *
     * @param meanMove mean of {@code |move|} over the trades before; 0 without any
     */
    double gain(double tradeReturn, double meanMove) {
        double x = move(tradeReturn);
        double excess = (rewardMultiplier - punishmentMultiplier) / 2 * meanMove;
        return (x > 0 ? rewardMultiplier : punishmentMultiplier) * x - excess;
    }

    /** What a gain adds to the score of its member, in units of {@code 1e-12}. */
    long step(double gain) {
        return units(learningRate * gain);
    }

    /** A small number as a whole number of units. */
    static long units(double value) {
        return Math.round(value / UNIT);
    }

    /** The number that units stand for. */
    static double value(long units) {
        return units * UNIT;
    }

    /** Whether so many members can have weights within the bounds. */
    boolean isFeasible(int members) {
        return members >= 2 && members * floor <= 1 && members * cap >= 1;
    }

    /**
     * The weights in force.
     *
     * @param base more than 0 each; normalised here
     * @param scores in units; those of others than the base's members are passed over
     * @return of the members of the base, summing to 1
     */
    SortedMap<String, Double> weights(Map<String, Double> base, Map<String, Long> scores) {
        SortedMap<String, Double> ordered = new TreeMap<>(base);
        if (!isFeasible(ordered.size())) {
            throw new IllegalArgumentException(
                    "%d members cannot have weights from %s to %s that sum to 1"
                            .formatted(ordered.size(), floor, cap));
        }
        String[] members = ordered.keySet().toArray(String[]::new);
        double[] logs = new double[members.length];
        for (int i = 0; i < members.length; i++) {
            double weight = ordered.getOrDefault(members[i], 0.0);
            if (!(weight > 0)) {
                throw new IllegalArgumentException(
                        "%s has the weight %s and cannot learn".formatted(members[i], weight));
            }
            logs[i] = Math.log(weight) + value(scores.getOrDefault(members[i], 0L));
        }
        double[] weights = project(logs);
        SortedMap<String, Double> result = new TreeMap<>();
        for (int i = 0; i < members.length; i++) {
            result.put(members[i], weights[i]);
        }
        return result;
    }

    /** {@code clip(exp(log c + logs), floor, cap)} with the sum 1. */
    private double[] project(double[] logs) {
        double greatest = Arrays.stream(logs).max().orElseThrow();
        double least = Arrays.stream(logs).min().orElseThrow();
        // With the lower end everybody is at most 1 / n, with the upper one at the cap.
        double low = -greatest - Math.log(logs.length);
        double high = -least;
        double[] weights = clipped(logs, low);
        for (int halving = 0; halving < HALVINGS && low < high; halving++) {
            double middle = low + (high - low) / 2;
            weights = clipped(logs, middle);
            if (sum(weights) < 1) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return weights;
    }

    private double[] clipped(double[] logs, double shift) {
        double[] weights = new double[logs.length];
        for (int i = 0; i < logs.length; i++) {
            weights[i] = Math.clamp(Math.exp(shift + logs[i]), floor, cap);
        }
        return weights;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    /**
     * The best fixed weights within the bounds: the cap for the member that gained most, and so on
     * down to the floor.
     *
     * @param gains the sum of each member's
     */
    SortedMap<String, Double> best(Map<String, Double> gains) {
        SortedMap<String, Double> best = new TreeMap<>();
        double left = 1 - gains.size() * floor;
        for (Map.Entry<String, Double> member :
                gains.entrySet().stream()
                        .sorted(
                                Map.Entry.<String, Double>comparingByValue()
                                        .reversed()
                                        .thenComparing(Map.Entry.comparingByKey()))
                        .toList()) {
            double more = Math.min(left, cap - floor);
            best.put(member.getKey(), floor + more);
            left -= more;
        }
        return best;
    }

    /**
     * The bound of the regret against fixed weights.
     *
     * @param base the weights at first, within the bounds
     * @param fixed within the bounds
     * @param squares sum of the squared gains
     */
    double regretBound(Map<String, Double> base, Map<String, Double> fixed, double squares) {
        double total = base.values().stream().mapToDouble(weight -> weight).sum();
        double divergence = 0;
        for (Map.Entry<String, Double> member : fixed.entrySet()) {
            double u = member.getValue();
            if (u > 0) {
                divergence += u * Math.log(u * total / base.getOrDefault(member.getKey(), 0.0));
            }
        }
        return divergence / learningRate + learningRate * squares;
    }

    private static void require(boolean holds, String name, String range, double value) {
        if (!holds) {
            throw new Failure(
                    Failure.Category.INVALID,
                    "invalid-field",
                    "%s must be %s: %s".formatted(name, range, value));
        }
    }
}
