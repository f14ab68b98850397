package io.auspex.backtest;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Where the closes of an account come from. */
public enum BacktestKind {
    /** From the store, all of them at once. */
    BACKTEST,
    /** From the feed, as they come, with the signals of the ledger. */
    DRY_RUN;

    @JsonValue
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
