package io.auspex.backtest;

/** Why a position was left. */
public enum ExitReason {
    /** The horizon of its signal has passed. */
    HORIZON,
    /** The price has touched its stop. */
    STOP,
    /** A signal said the opposite. */
    OPPOSITE,
    /** The period has ended. */
    END
}
