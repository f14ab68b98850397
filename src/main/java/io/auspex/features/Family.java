package io.auspex.features;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;

/**
 * A family of features, and the exact form of each. One model is pooled over symbols whose prices
 * and volumes differ by orders of magnitude, so every form is free of scale: multiplying all prices
 * of a symbol, or all its volumes, changes nothing. {@code n} is the period in candles of the
 * feature's timeframe, the newest candle included; {@code c} the close, {@code h} the high, {@code
 * l} the low, {@code v} the volume, {@code x[k]} the value k candles ago. Fractions are not
 * multiplied by 100.
 *
 * <p>Quiet markets are no reason for silence: a flat price or a candle without volume gives the
 * finite value stated here. Where TA-Lib defines that value, it is TA-Lib's.
 */
public enum Family {
    /** {@code percent_change}: {@code c / c[1] - 1} as a fraction (TA-Lib ROCP of 1). */
    PERCENT_CHANGE("percent_change", Term.PERCENT_CHANGE),

    /** {@code log_return}: {@code ln(c / c[1])}. */
    LOG_RETURN("log_return", Term.LOG_RETURN),

    /**
     * {@code distance_to_high_n}: {@code c / max(h) - 1}, at most 0; {@code distance_to_low_n}:
     * {@code c / min(l) - 1}, at least 0 (TA-Lib MAX, MIN).
     */
    DISTANCE("distance", Period.REQUIRED, Term.DISTANCE_TO_HIGH, Term.DISTANCE_TO_LOW),

    /** {@code momentum_n}: {@code c / c[n] - 1} (TA-Lib ROCP, which is MOM over {@code c[n]}). */
    MOMENTUM("momentum", Period.REQUIRED, Term.MOMENTUM),

    /**
     * {@code volume_ratio_n}: {@code v / SMA(v, n)}, 0 to n. No volume in n candles gives 1: the
     * volume equals its mean.
     */
    VOLUME_RATIO("volume_ratio", Period.REQUIRED, Term.VOLUME_RATIO),

    /**
     * {@code volume_change_n}: {@code (v - v[n]) / (v + v[n])}, -1 to 1: the change over n candles
     * in a form that stays finite when the earlier volume is 0. With {@code r = v / v[n] - 1} it is
     * {@code r / (r + 2)}, which keeps the order. Both volumes 0 gives 0.
     */
    VOLUME_CHANGE("volume_change", Period.REQUIRED, Term.VOLUME_CHANGE),

    /** {@code volatility_n}: population {@code STDDEV(c, n) / SMA(c, n)}. */
    VOLATILITY("volatility", Period.REQUIRED, Term.VOLATILITY),

    /** {@code rsi_n}: TA-Lib RSI, 0 to 100. A price that never moved gives 0. */
    RSI("rsi", Period.REQUIRED, Term.RSI),

    /**
     * {@code macd_line}, {@code macd_signal}, {@code macd_histogram}: TA-Lib MACD 12/26/9, each
     * divided by {@code c}; {@code macd_cross}: 1 at the candle where the histogram turns positive,
     * -1 where it turns negative, else 0; a histogram below {@code 1e-12 c} counts as 0.
     */
    MACD("macd", Term.MACD_LINE, Term.MACD_SIGNAL, Term.MACD_HISTOGRAM, Term.MACD_CROSS),

    /**
     * {@code bollinger_position_n}: {@code (c - lower) / (upper - lower)} of TA-Lib BBANDS with 2
     * deviations, 0.5 when the bands coincide; {@code bollinger_width_n}: {@code (upper - lower) /
     * middle}.
     */
    BOLLINGER("bollinger", Period.REQUIRED, Term.BOLLINGER_POSITION, Term.BOLLINGER_WIDTH),

    /**
     * {@code stochastic_k_n}, {@code stochastic_d_n}: TA-Lib STOCH n/3/3 with simple averages, 0 to
     * 100. A range of zero counts as 0.
     */
    STOCHASTIC("stochastic", Period.REQUIRED, Term.STOCHASTIC_K, Term.STOCHASTIC_D),

    /** {@code williams_r_n}: TA-Lib WILLR, -100 to 0. A range of zero gives 0. */
    WILLIAMS_R("williams_r", Period.REQUIRED, Term.WILLIAMS_R),

    /** {@code cci_n}: TA-Lib CCI. A typical price that did not move in n candles gives 0. */
    CCI("cci", Period.REQUIRED, Term.CCI),

    /** {@code atr_n}: TA-Lib ATR divided by {@code c} (TA-Lib NATR / 100). */
    ATR("atr", Period.REQUIRED, Term.ATR),

    /** {@code adx_n}: TA-Lib ADX, 0 to 100. Keeps its value while nothing moves, 0 at first. */
    ADX("adx", Period.REQUIRED, Term.ADX),

    /**
     * {@code obv_slope_n}: TA-Lib LINEARREG_SLOPE of OBV over n candles, divided by {@code SMA(v,
     * n)}, -1.5 to 1.5. No volume in n candles gives 0.
     */
    OBV_SLOPE("obv_slope", Period.REQUIRED, Term.OBV_SLOPE),

    /**
     * {@code mfi_n}: TA-Lib MFI, 0 to 100. No money flow in n candles gives 0. (TA-Lib gives 0 for
     * any flow below 1.0, which depends on the currency; that is not copied.)
     */
    MFI("mfi", Period.REQUIRED, Term.MFI),

    /**
     * {@code volume_price_correlation_n}: TA-Lib CORREL of close and volume, -1 to 1. A constant
     * close or volume gives 0.
     */
    VOLUME_PRICE_CORRELATION(
            "volume_price_correlation", Period.REQUIRED, Term.VOLUME_PRICE_CORRELATION),

    /**
     * {@code hour_sin}, {@code hour_cos}: the UTC time of day of the close as an angle, a full turn
     * a day. No period, no timeframe.
     */
    HOUR("hour", List.of(ClockTerm.HOUR_SIN, ClockTerm.HOUR_COS)),

    /**
     * {@code weekday_sin}, {@code weekday_cos}: the UTC day of week of the close as an angle,
     * Monday 0, a seventh of a turn a day. No period, no timeframe.
     */
    WEEKDAY("weekday", List.of(ClockTerm.WEEKDAY_SIN, ClockTerm.WEEKDAY_COS));

    private enum Period {
        NONE,
        REQUIRED
    }

    private final String code;
    private final Period period;
    private final List<Term> terms;
    private final List<ClockTerm> clockTerms;

    Family(String code, Term... terms) {
        this(code, Period.NONE, terms);
    }

    Family(String code, Period period, Term... terms) {
        this.code = code;
        this.period = period;
        this.terms = List.of(terms);
        this.clockTerms = List.of();
    }

    Family(String code, List<ClockTerm> clockTerms) {
        this.code = code;
        this.period = Period.NONE;
        this.terms = List.of();
        this.clockTerms = clockTerms;
    }

    /** Reads {@code rsi}, {@code volume_ratio} and the like. */
    @JsonCreator
    public static Family of(String code) {
        for (Family family : values()) {
            if (family.code.equals(code)) {
                return family;
            }
        }
        throw new IllegalArgumentException("unknown feature family '" + code + "'");
    }

    /** The name used in JSON: {@code volume_ratio}. */
    @JsonValue
    public String code() {
        return code;
    }

    /** Whether a declaration of this family says over how many candles. */
    public boolean takesPeriods() {
        return period == Period.REQUIRED;
    }

    /** Whether this family is about the moment of the close and not about candles. */
    public boolean isClock() {
        return !clockTerms.isEmpty();
    }

    List<Term> terms() {
        return terms;
    }

    List<ClockTerm> clockTerms() {
        return clockTerms;
    }

    @Override
    public String toString() {
        return code;
    }

    /** The family that a term of candles belongs to. */
    static Family of(Term term) {
        for (Family family : values()) {
            if (family.terms.contains(term)) {
                return family;
            }
        }
        throw new IllegalStateException("term " + term + " belongs to no family");
    }
}
