package io.auspex.features;

import io.auspex.market.Symbol;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The base candles of one symbol that a feature vector can depend on: those that open at {@code
 * from} or later, up to the close of the vector. No other candle of the symbol can change a bit of
 * it.
 *
 * @param from on the grid of the blocks that indicators are anchored on; there need not be a candle
 * @param first open time of the first of them; null when there is none
 * @param last open time of the last of them; null when there is none
 * @param candles how many
 * @param sha256 of them all, as {@link CandleDigest} has it, in hexadecimal
 */
public record CandleRange(
        Symbol symbol,
        Instant from,
        @Nullable Instant first,
        @Nullable Instant last,
        long candles,
        String sha256) {}
