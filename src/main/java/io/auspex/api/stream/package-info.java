/**
 * Owns the WebSocket {@code /api/stream}; its protocol is described in {@code docs/stream.md} and
 * {@code docs/asyncapi.yaml}.
 *
 * <p>One flow: the {@link io.auspex.signals.SignalHub} publishes the signals of a close; {@link
 * io.auspex.api.stream.StreamTopics} encodes them once, as WebSocket frames in one buffer, and
 * every subscriber of the topic gets that same buffer into its {@link io.auspex.api.stream.Outbox},
 * which is bounded: a subscriber that cannot keep up is closed, the others never wait. One that
 * comes back is made up to by a {@link io.auspex.api.stream.Recovery}, out of memory or out of the
 * ledger.
 *
 * <p>May import everything but the other parts of the API.
 */
@NullMarked
package io.auspex.api.stream;

import org.jspecify.annotations.NullMarked;
