package io.auspex.api.inference;

import io.auspex.market.Symbol;

/** Symbols as clients write them. */
final class Symbols {

    private Symbols() {}

    static Symbol parse(String text) {
        try {
            return new Symbol(text);
        } catch (IllegalArgumentException e) {
            throw PredictRequest.invalid("invalid-symbol", String.valueOf(e.getMessage()));
        }
    }
}
