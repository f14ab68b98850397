package io.auspex.ensemble;

/**
 * Which of the {@link IndicatorRules} count. Two of them go with a move and two against it; on one
 * market they contradict each other, and which of them is right is for its past to say.
 */
enum RuleStyle {
    /** All of them, by their shares. */
    ALL,

    /** Those that go with a move: trend and MACD. */
    FOLLOWING,

    /** Those that expect it to turn: RSI and Bollinger. */
    REVERTING
}
