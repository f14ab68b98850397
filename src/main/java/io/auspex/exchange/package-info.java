/**
 * Owns the exchanges: {@link io.auspex.exchange.ExchangeProtocol} says how Binance and Bybit write
 * things (pure), {@code ExchangeFeed} keeps what they say coming (connections, backfill, rate
 * budget). One flow: history is fetched page by page over REST and handed over as closes; then
 * closed candles arrive over the WebSocket, wait in {@code PendingCloses} until their close is
 * whole or known to be without them, and are handed on in order, each close once.
 *
 * <p>Arrows: imports {@code ingest} (the {@code Feed} port), {@code market} and {@code platform}.
 */
@NullMarked
package io.auspex.exchange;

import org.jspecify.annotations.NullMarked;
