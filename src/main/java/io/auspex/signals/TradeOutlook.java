package io.auspex.signals;

/**
 * What a trade-outcome champion says of the trade that a signal proposes.
 *
 * @param pProfit probability of a profit, in [0, 1]
 * @param predictedProfit expected profit or loss, as a fraction of the position
 */
public record TradeOutlook(double pProfit, double predictedProfit) {}
