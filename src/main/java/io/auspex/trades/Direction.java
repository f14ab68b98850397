package io.auspex.trades;

/** Which move a trade gains from. */
public enum Direction {
    LONG,
    SHORT
}
