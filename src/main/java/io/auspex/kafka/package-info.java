/**
 * Owns the way to and from Kafka, for those who have one: it is off unless {@code
 * auspex.kafka.bootstrap-servers} says where it is, and nothing else waits for it.
 *
 * <p>Out, by the channels {@code signals-out} and {@code model-events}: what the database has
 * committed is read from it in its order, sent, and how far the brokers have acknowledged it is
 * stored ({@link io.auspex.kafka.Outflow}), by one process of all. In: {@code trades-in} goes to
 * the intake of trades, and the candles of {@code --feed=kafka} are a feed like any other.
 *
 * <p>Arrows: imports signals, trades, security, ingest, market and platform; the status shows what
 * it does.
 */
@NullMarked
package io.auspex.kafka;

import org.jspecify.annotations.NullMarked;
