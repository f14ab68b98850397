package io.auspex.api.stream;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;

/**
 * What waits to be written to one connection, bounded by count and by size. Offered to by any
 * thread, in order; written by the connection's own event loop, a window at a time, the next when
 * the socket has taken the ones before. What does not fit closes the connection: it is the
 * subscriber that waits, never the publisher.
 */
final class Outbox {

    /** Closed because it read too slowly; it may connect again. */
    static final int SLOW_CONSUMER = 4008;

    /** Messages handed to the socket and not yet taken by it. */
    private static final int WINDOW = 32;

    private static final Logger LOG = Logger.getLogger(Outbox.class);

    /** The connection as the outbox sees it. */
    interface Wire {
        /** Completes when the socket has taken the text. */
        CompletionStage<Void> send(String text);

        void close(int code, String reason);
    }

    private final Wire wire;
    private final Executor eventLoop;
    private final int maxMessages;
    private final long maxChars;

    private final Deque<String> waiting = new ArrayDeque<>();
    private long chars;
    private int inFlight;
    private boolean scheduled;
    private boolean closed;

    /**
     * @param eventLoop runs one task after the other, in order
     * @param maxMessages waiting or in flight
     * @param maxChars the sum of their lengths
     */
    Outbox(Wire wire, Executor eventLoop, int maxMessages, long maxChars) {
        this.wire = wire;
        this.eventLoop = eventLoop;
        this.maxMessages = maxMessages;
        this.maxChars = maxChars;
    }

    /**
     * Queues a text.
     *
     * @return false when the connection is closed, or is closed now because the text does not fit
     */
    synchronized boolean offer(String text) {
        if (closed) {
            return false;
        }
        int messages = waiting.size() + inFlight;
        // One message alone always fits: a snapshot may be larger than the bound.
        if (messages > 0 && (messages >= maxMessages || chars + text.length() > maxChars)) {
            giveUp(messages);
            return false;
        }
        waiting.add(text);
        chars += text.length();
        schedule();
        return true;
    }

    /** The connection is gone: nothing more is taken or written. */
    synchronized void close() {
        closed = true;
        waiting.clear();
        chars = 0;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    private void giveUp(int messages) {
        close();
        String reason = "cannot keep up: " + messages + " messages were waiting";
        eventLoop.execute(() -> wire.close(SLOW_CONSUMER, reason));
    }

    private void schedule() {
        if (!scheduled && inFlight < WINDOW && !waiting.isEmpty()) {
            scheduled = true;
            eventLoop.execute(this::write);
        }
    }

    private void write() {
        while (true) {
            String text;
            synchronized (this) {
                text = closed || inFlight >= WINDOW ? null : waiting.poll();
                if (text == null) {
                    scheduled = false;
                    return;
                }
                inFlight++;
            }
            int length = text.length();
            var _ = wire.send(text).whenComplete((_, failure) -> written(length, failure));
        }
    }

    private synchronized void written(int length, Throwable failure) {
        inFlight--;
        if (closed) {
            return;
        }
        chars -= length;
        if (failure != null) {
            LOG.debugf(failure, "a connection could not be written to");
            close();
            eventLoop.execute(() -> wire.close(1011, "could not be written to"));
            return;
        }
        schedule();
    }
}
