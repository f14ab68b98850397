package io.auspex.features;

/** Takes the value of one term off its indicators, once they know the newest candle. */
@FunctionalInterface
interface Reading {

    double of(CandleWindow window);
}
