package io.auspex.features;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.IntUnaryOperator;

/**
 * One number that a {@link Family} gives about the candles of a series. The exact forms are written
 * at the family.
 */
enum Term {
    PERCENT_CHANGE("percent_change", _ -> 2, (_, _) -> window -> window.change(1)),
    // StrictMath: the same bits on every machine.
    LOG_RETURN(
            "log_return",
            _ -> 2,
            (_, _) -> window -> StrictMath.log(window.close(0) / window.close(1))),
    DISTANCE_TO_HIGH(
            "distance_to_high",
            n -> n,
            (indicators, n) -> {
                var highest = indicators.highest(n);
                return window -> relative(window.close(0), highest.value());
            }),
    DISTANCE_TO_LOW(
            "distance_to_low",
            n -> n,
            (indicators, n) -> {
                var lowest = indicators.lowest(n);
                return window -> relative(window.close(0), lowest.value());
            }),
    MOMENTUM("momentum", n -> n + 1, (_, n) -> window -> window.change(n)),
    VOLUME_RATIO(
            "volume_ratio",
            n -> n,
            (indicators, n) -> {
                var volume = indicators.volume(n);
                return volume::ratio;
            }),
    VOLUME_CHANGE(
            "volume_change",
            n -> n + 1,
            (_, n) -> window -> boundedChange(window.volume(0), window.volume(n))),
    VOLATILITY(
            "volatility",
            n -> n,
            (indicators, n) -> {
                var moments = indicators.moments(n);
                return _ -> moments.deviation() / moments.mean();
            }),
    RSI(
            "rsi",
            n -> n + 1,
            (indicators, n) -> {
                var rsi = indicators.rsi(n);
                return _ -> rsi.value();
            }),
    MACD_LINE(
            "macd_line",
            _ -> Macd.WARM_UP,
            (indicators, _) -> {
                var macd = indicators.macd();
                return window -> macd.line() / window.close(0);
            }),
    MACD_SIGNAL(
            "macd_signal",
            _ -> Macd.WARM_UP,
            (indicators, _) -> {
                var macd = indicators.macd();
                return window -> macd.signal() / window.close(0);
            }),
    MACD_HISTOGRAM(
            "macd_histogram",
            _ -> Macd.WARM_UP,
            (indicators, _) -> {
                var macd = indicators.macd();
                return window -> macd.histogram() / window.close(0);
            }),
    MACD_CROSS(
            "macd_cross",
            _ -> Macd.WARM_UP + 1,
            (indicators, _) -> {
                var macd = indicators.macd();
                return _ -> macd.cross();
            }),
    BOLLINGER_POSITION(
            "bollinger_position",
            n -> n,
            (indicators, n) -> {
                var moments = indicators.moments(n);
                return window -> bollingerPosition(window.close(0), moments);
            }),
    BOLLINGER_WIDTH(
            "bollinger_width",
            n -> n,
            (indicators, n) -> {
                var moments = indicators.moments(n);
                return _ -> 4 * moments.deviation() / moments.mean();
            }),
    STOCHASTIC_K(
            "stochastic_k",
            n -> n + Stochastic.SMOOTHING - 1,
            (indicators, n) -> {
                var stochastic = indicators.stochastic(n);
                return _ -> stochastic.k();
            }),
    STOCHASTIC_D(
            "stochastic_d",
            n -> n + 2 * (Stochastic.SMOOTHING - 1),
            (indicators, n) -> {
                var stochastic = indicators.stochastic(n);
                return _ -> stochastic.d();
            }),
    WILLIAMS_R(
            "williams_r",
            n -> n,
            (indicators, n) -> {
                var highest = indicators.highest(n);
                var lowest = indicators.lowest(n);
                return window -> williams(window.close(0), highest.value(), lowest.value());
            }),
    CCI("cci", n -> n, (_, n) -> window -> Cci.of(window, n)),
    ATR(
            "atr",
            n -> n + 1,
            (indicators, n) -> {
                var atr = indicators.atr(n);
                return window -> atr.value() / window.close(0);
            }),
    ADX(
            "adx",
            n -> 2 * n,
            (indicators, n) -> {
                var adx = indicators.adx(n);
                return _ -> adx.value();
            }),
    OBV_SLOPE(
            "obv_slope",
            n -> n,
            (indicators, n) -> {
                var slope = indicators.obvSlope(n);
                return _ -> slope.value();
            }),
    MFI(
            "mfi",
            n -> n + 1,
            (indicators, n) -> {
                var mfi = indicators.mfi(n);
                return _ -> mfi.value();
            }),
    VOLUME_PRICE_CORRELATION(
            "volume_price_correlation",
            n -> n,
            (indicators, n) -> {
                var correlation = indicators.volumePriceCorrelation(n);
                return _ -> correlation.value();
            });

    private static final Map<String, Term> BY_CODE = byCode();

    private final String code;
    private final IntUnaryOperator warmUp;
    private final BiFunction<Indicators, Integer, Reading> reading;

    Term(String code, IntUnaryOperator warmUp, BiFunction<Indicators, Integer, Reading> reading) {
        this.code = code;
        this.warmUp = warmUp;
        this.reading = reading;
    }

    static Optional<Term> of(String code) {
        return Optional.ofNullable(BY_CODE.get(code));
    }

    /** The part of a feature's name before its period. */
    String code() {
        return code;
    }

    /**
     * Candles of a fresh series until there is a value, the one it appears at included.
     *
     * @param period 0 for a term without one
     */
    int warmUp(int period) {
        return warmUp.applyAsInt(period);
    }

    /** Registers the indicators that the term needs and says how to read it off them. */
    Reading bind(Indicators indicators, int period) {
        return reading.apply(indicators, period);
    }

    private static double relative(double value, double reference) {
        return (value - reference) / reference;
    }

    private static double boundedChange(double now, double then) {
        return now == then ? 0 : (now - then) / (now + then);
    }

    private static double bollingerPosition(double close, RollingMoments moments) {
        double deviation = moments.deviation();
        return deviation == 0 ? 0.5 : 0.5 + (close - moments.mean()) / (4 * deviation);
    }

    private static double williams(double close, double highest, double lowest) {
        double range = highest - lowest;
        return range == 0 ? 0 : -100 * ((highest - close) / range);
    }

    private static Map<String, Term> byCode() {
        Map<String, Term> terms = new HashMap<>();
        for (Term term : values()) {
            terms.put(term.code, term);
        }
        return terms;
    }
}
