package io.auspex.signals;

/** What a signal says. */
public enum Action {
    BUY,
    SELL,
    HOLD,
    ABSTAIN
}
