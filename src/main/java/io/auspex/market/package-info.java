/**
 * Owns the vocabulary of market data: {@link io.auspex.market.Candle}, {@link
 * io.auspex.market.Symbol}, {@link io.auspex.market.Timeframe} and the {@link
 * io.auspex.market.MarketClose} that the live loop works on. Pure records: an invalid value cannot
 * be built. Imports nothing of Auspex; everyone may import it.
 */
@NullMarked
package io.auspex.market;

import org.jspecify.annotations.NullMarked;
