package io.auspex.backtest;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** At which price that what was decided at a close is done. */
public enum FillPrice {
    /** The open of the symbol's next candle: the earliest price that can be had. */
    NEXT_OPEN,
    /** The close that was decided at: nobody is that fast, but outcomes are measured like this. */
    SAME_CLOSE;

    @JsonCreator
    public static FillPrice of(String code) {
        for (FillPrice fill : values()) {
            if (fill.code().equals(code)) {
                return fill;
            }
        }
        throw new IllegalArgumentException("fill must be next_open or same_close: '" + code + "'");
    }

    @JsonValue
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
