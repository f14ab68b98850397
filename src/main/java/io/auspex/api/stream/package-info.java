/**
 * Owns the WebSocket {@code /api/stream}; its protocol is described in {@code docs/stream.md}.
 *
 * <p>One flow: the {@link io.auspex.signals.SignalHub} publishes the signals of a close; {@link
 * io.auspex.api.stream.StreamTopics} encodes each once, and every subscriber of the topic gets the
 * same text into its {@link io.auspex.api.stream.Outbox}, which is bounded: a subscriber that
 * cannot keep up is closed, the others never wait.
 *
 * <p>May import everything but the other parts of the API.
 */
@NullMarked
package io.auspex.api.stream;

import org.jspecify.annotations.NullMarked;
