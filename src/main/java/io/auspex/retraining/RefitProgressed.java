package io.auspex.retraining;

/** News: a refit has moved. Fired on every change of state, phase or percent. */
public record RefitProgressed(Refit refit) {}
