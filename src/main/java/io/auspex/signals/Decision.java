package io.auspex.signals;

import org.jspecify.annotations.Nullable;

/**
 * What the rule made of a prediction.
 *
 * @param reason one sentence, for people
 * @param confidence the calibrated probability of what the action bets on, in [0, 1]: {@code p_up}
 *     for BUY, {@code p_down} for SELL, that neither happens for HOLD; null exactly when it says
 *     nothing
 */
public record Decision(Action action, String reason, @Nullable Double confidence) {

    public Decision {
        if (action.speaks() == (confidence == null)) {
            throw new IllegalArgumentException(
                    "a confidence belongs to every action but ABSTAIN and MISSED: " + action);
        }
        if (confidence != null && !(confidence >= 0 && confidence <= 1)) {
            throw new IllegalArgumentException("confidence must be in [0, 1]: " + confidence);
        }
    }

    /** No signal, and why. */
    public static Decision abstain(String reason) {
        return new Decision(Action.ABSTAIN, reason, null);
    }

    /** Nobody was asked, and why. */
    public static Decision missed(String reason) {
        return new Decision(Action.MISSED, reason, null);
    }
}
