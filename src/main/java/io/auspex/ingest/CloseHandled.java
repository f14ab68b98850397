package io.auspex.ingest;

import io.auspex.market.MarketClose;

/**
 * CDI event, fired on the feed's thread after a live close has been stored and handled. The feed
 * waits for its observers: they must be quick, and an exception fails the feed.
 */
public record CloseHandled(MarketClose close) {}
