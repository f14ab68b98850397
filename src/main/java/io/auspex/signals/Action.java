package io.auspex.signals;

/** What a signal says. */
public enum Action {
    BUY,
    SELL,
    HOLD,
    /** The model was asked and does not know, or a guard held it back. */
    ABSTAIN,
    /** Nobody could be asked in time: the close is recorded, and nothing is said of it. */
    MISSED;

    /** Whether it says something of the market; then it has a confidence. */
    public boolean speaks() {
        return switch (this) {
            case BUY, SELL, HOLD -> true;
            case ABSTAIN, MISSED -> false;
        };
    }
}
