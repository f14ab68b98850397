package io.auspex.trades;

/**
 * CDI event: closed trades are in the database that were not there before. Fired on the thread that
 * stored them; observers must be quick.
 *
 * @param trades how many
 */
public record TradesStored(int trades) {}
