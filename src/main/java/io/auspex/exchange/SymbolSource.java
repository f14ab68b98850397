package io.auspex.exchange;

import io.auspex.market.Symbol;
import java.util.List;

/** Which symbols the feed follows. */
@FunctionalInterface
interface SymbolSource {

    /**
     * The symbols as of now, ordered, at least one. Asked at the start and then once in a while.
     */
    List<Symbol> symbols(ExchangeRest rest, long nowMillis)
            throws InterruptedException, ExchangeUnavailableException;
}
