package io.auspex.feedback;

import io.auspex.model.Head;
import io.auspex.model.Measures;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A forecast beside what came of it.
 *
 * @param pUp in [0, 1]
 * @param pDown in [0, 1]
 * @param inside the return was inside the conformal interval; null when there is no interval
 */
record JudgedForecast(
        long closeTimeMillis,
        double pUp,
        double pDown,
        boolean wentUp,
        boolean wentDown,
        @Nullable Boolean inside) {

    /**
     * Empty when the model did not speak of up and down, or nobody knows what happened.
     *
     * @param halfWidth of the interval around the expected return; null when there is none
     */
    static Optional<JudgedForecast> of(
            DueSignal signal, SignalOutcome outcome, @Nullable Double halfWidth) {
        Double up = signal.heads().get(Head.P_UP);
        Double down = signal.heads().get(Head.P_DOWN);
        Boolean wentUp = outcome.wentUp();
        Boolean wentDown = outcome.wentDown();
        if (up == null || down == null || wentUp == null || wentDown == null) {
            return Optional.empty();
        }
        if (!Double.isFinite(up) || !Double.isFinite(down)) {
            return Optional.empty();
        }
        return Optional.of(
                new JudgedForecast(
                        signal.closeTimeMillis(),
                        Math.clamp(up, 0, 1),
                        Math.clamp(down, 0, 1),
                        wentUp,
                        wentDown,
                        inside(signal, outcome, halfWidth)));
    }

    private static @Nullable Boolean inside(
            DueSignal signal, SignalOutcome outcome, @Nullable Double halfWidth) {
        Double expected = signal.heads().get(Head.EXPECTED_RETURN);
        Double realised = outcome.realisedReturn();
        return halfWidth == null || expected == null || realised == null
                ? null
                : Math.abs(realised - expected) <= halfWidth;
    }

    /** Log loss of both probabilities, in nats. */
    double loss() {
        return loss(pUp, pDown);
    }

    /** Log loss that other probabilities would have had. */
    double loss(double up, double down) {
        return Measures.logLoss(up, wentUp) + Measures.logLoss(down, wentDown);
    }

    /** Whether a threshold was passed: direction is judged of such outcomes only. */
    boolean moved() {
        return wentUp || wentDown;
    }

    /** Log loss of the direction of a move, given that there was one, in nats. */
    double directionLoss() {
        return directionLoss(pUp, pDown);
    }

    /** Log loss of the direction that other probabilities would have had; as the gate has it. */
    double directionLoss(double up, double down) {
        return Measures.logLoss(up + down > 0 ? up / (up + down) : 0.5, wentUp);
    }

    /** Squared error of both probabilities. */
    double brier() {
        double up = pUp - (wentUp ? 1 : 0);
        double down = pDown - (wentDown ? 1 : 0);
        return up * up + down * down;
    }

    /** Whether the likeliest of up, down and neither came true. */
    boolean right() {
        return right(pUp, pDown);
    }

    /** Whether other probabilities would have been right. */
    boolean right(double up, double down) {
        double neither = 1 - up - down;
        if (neither >= up && neither >= down) {
            return !wentUp && !wentDown;
        }
        return up >= down ? wentUp : wentDown;
    }
}
