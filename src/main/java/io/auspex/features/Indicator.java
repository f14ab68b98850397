package io.auspex.features;

/**
 * One computation over the candles of a series that carries state from candle to candle. It is
 * started on an empty past, told every candle once and in order, and never wound back.
 */
interface Indicator {

    /**
     * Takes the newest candle of the window.
     *
     * @param count candles since this indicator was started, this one included; the window may hold
     *     older ones, which must not be looked at
     */
    void update(CandleWindow window, int count);
}
