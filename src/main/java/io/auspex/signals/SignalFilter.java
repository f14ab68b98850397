package io.auspex.signals;

import io.auspex.market.Symbol;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which signals somebody wants; null for whichever.
 *
 * @param from first close, inclusive
 * @param to last close, exclusive
 */
public record SignalFilter(
        @Nullable Symbol symbol,
        @Nullable String model,
        @Nullable Instant from,
        @Nullable Instant to) {}
