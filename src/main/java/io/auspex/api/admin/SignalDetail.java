package io.auspex.api.admin;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.auspex.market.MarketClose;
import io.auspex.signals.Receipt;
import org.jspecify.annotations.Nullable;

/**
 * One signal, with what it was made of.
 *
 * @param correlation what the close that it speaks of has in common with its signals: the lines of
 *     the log and the trace of that close carry it. It follows from the signal, so that it is known
 *     of every one that was ever published
 * @param receipt null for a missed close, and for a signal from before there were receipts
 */
record SignalDetail(
        @JsonUnwrapped SignalView signal, String correlation, @Nullable Receipt receipt) {

    static SignalDetail of(SignalView signal, @Nullable Receipt receipt) {
        return new SignalDetail(
                signal,
                MarketClose.correlation(signal.feed(), signal.closeTime().toEpochMilli()),
                receipt);
    }
}
