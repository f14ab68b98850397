package io.auspex.ingest;

/**
 * The true answer to a {@link TruthTarget}, given everything that decides a symbol's future, hidden
 * parts included. No model can do better on average.
 *
 * @param pUp probability
 * @param pDown probability
 * @param pStop probability
 * @param expectedReturn simple return over the horizon, as a fraction
 */
public record Truth(double pUp, double pDown, double pStop, double expectedReturn) {}
