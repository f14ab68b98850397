package io.auspex.signals;

import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import java.util.Map;

/**
 * Turns the heads of a prediction into an action. Pure: the same heads always give the same
 * decision, live and in a backtest.
 *
 * <p>BUY when the rise is likelier than the fall by at least the edge, the expected return pays the
 * fees, and the stop is unlikely. SELL mirrors it; there the stop is a move in favour and has no
 * cap. HOLD otherwise. A head that is missing or not finite makes it abstain: the rule does not
 * decide on what it does not know.
 *
 * @param minimumEdge how much likelier one side must be than the other, as a difference of
 *     probabilities in (0, 1). With base rates of 15 to 35 % a side, 0.08 asks for a forecast that
 *     leans by a quarter to a half of a base rate
 * @param roundTripFee cost of entering and leaving, as a fraction of the price, 0 or more
 * @param minimumNetReturn what the expected return must leave after the fees, as a fraction
 * @param maximumStopProbability highest {@code p_stop} at which a BUY is allowed, in [0, 1]
 */
public record DecisionRule(
        double minimumEdge,
        double roundTripFee,
        double minimumNetReturn,
        double maximumStopProbability) {

    public DecisionRule {
        if (!(minimumEdge > 0 && minimumEdge < 1)) {
            throw new IllegalArgumentException("minimum_edge must be in (0, 1): " + minimumEdge);
        }
        if (!(roundTripFee >= 0 && roundTripFee < 1)) {
            throw new IllegalArgumentException("round_trip_fee must be in [0, 1): " + roundTripFee);
        }
        if (!(minimumNetReturn >= 0 && minimumNetReturn < 1)) {
            throw new IllegalArgumentException(
                    "minimum_net_return must be in [0, 1): " + minimumNetReturn);
        }
        if (!(maximumStopProbability >= 0 && maximumStopProbability <= 1)) {
            throw new IllegalArgumentException(
                    "maximum_stop_probability must be in [0, 1]: " + maximumStopProbability);
        }
    }

    /** An edge of 0.08, fees of 0.1 % for the round trip, a stop probability of at most 0.10. */
    public static DecisionRule standard() {
        return new DecisionRule(0.08, 0.001, 0, 0.10);
    }

    /** The decision for one prediction; heads as {@link io.auspex.serving.Prediction} has them. */
    public Decision decide(Map<Head, Double> heads) {
        for (Head head : ModelKind.MARKET.heads()) {
            Double value = heads.get(head);
            if (value == null) {
                return Decision.abstain("the model gives no " + head.code());
            }
            if (!Double.isFinite(value)) {
                return Decision.abstain("the model's " + head.code() + " is not a finite number");
            }
        }
        double up = probability(heads, Head.P_UP);
        double down = probability(heads, Head.P_DOWN);
        double stop = probability(heads, Head.P_STOP);
        double expected = heads.getOrDefault(Head.EXPECTED_RETURN, 0.0);
        double edge = up - down;
        if (Math.abs(edge) < minimumEdge) {
            return hold(
                    up,
                    down,
                    "neither side is likelier by "
                            + Percent.text(minimumEdge)
                            + upAndDown(": up ", up, down));
        }
        boolean buy = edge > 0;
        String side = buy ? "a rise" : "a fall";
        double net = (buy ? expected : -expected) - roundTripFee;
        if (net < minimumNetReturn) {
            return hold(
                    up,
                    down,
                    side
                            + upAndDown(" is likelier (up ", up, down)
                            + "), but the expected return of "
                            + Percent.text(expected)
                            + " does not pay the fees");
        }
        if (buy && stop > maximumStopProbability) {
            return hold(
                    up,
                    down,
                    "a rise is likelier, but the stop is too likely: "
                            + Percent.text(stop)
                            + ", at most "
                            + Percent.text(maximumStopProbability));
        }
        return new Decision(
                buy ? Action.BUY : Action.SELL,
                side
                        + upAndDown(" is likelier: up ", up, down)
                        + ", expected return "
                        + Percent.text(expected),
                buy ? up : down);
    }

    private static Decision hold(double up, double down, String reason) {
        return new Decision(Action.HOLD, reason, Math.max(0, 1 - up - down));
    }

    /** The graph's sigmoid gives float32, so that a probability may pass 1 by a rounding. */
    private static double probability(Map<Head, Double> heads, Head head) {
        return Math.clamp(heads.getOrDefault(head, 0.0), 0, 1);
    }

    private static String upAndDown(String before, double up, double down) {
        return before + Percent.text(up) + ", down " + Percent.text(down);
    }
}
