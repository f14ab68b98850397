package io.auspex.market;

/**
 * News: a close of the feed that is followed has been stored by the process that ingests it. In
 * increasing time, none left out since {@link FeedFollowed}.
 */
public record CloseFollowed(MarketClose close) {}
