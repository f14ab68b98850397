package io.auspex.api.stream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written to one connection, bounded by count and by size. Offered to by any
 * thread, in order; written by the connection's own event loop while the socket takes it. What does
 * not fit closes the connection: it is the subscriber that waits, never the publisher. What
 * conflates replaces what of the same kind still waits.
 */
final class Outbox {

    /** The connection as the outbox sees it; used on its event loop only. */
    interface Wire {

        /** Whether the socket takes more now; when it does again, it calls {@link #write}. */
        boolean isWritable();

        /** Hands bytes over, to go out with the next flush. */
        void write(Frame frame);

        void flush();

        void close(CloseCode code, String reason);
    }

    /** In its place in the queue; what conflates is changed there. */
    private static final class Waiting {
        private Frame frame;
        private final @Nullable Object kind;

        Waiting(Frame frame, @Nullable Object kind) {
            this.frame = frame;
            this.kind = kind;
        }
    }

    private final Wire wire;
    private final Consumer<Outbox> wake;
    private final int maxMessages;
    private final long maxBytes;

    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Map<Object, Waiting> conflating = new HashMap<>();
    private final List<CompletableFuture<Boolean>> watching = new ArrayList<>();
    private int messages;
    private long bytes;
    private boolean woken;
    private boolean writing;
    private boolean closed;
    private @Nullable Runnable ending;

    /**
     * @param wake has {@link #write} called on the connection's event loop, soon
     * @param maxMessages waiting
     * @param maxBytes the sum of their sizes
     */
    Outbox(Wire wire, Consumer<Outbox> wake, int maxMessages, long maxBytes) {
        this.wire = wire;
        this.wake = wake;
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
    }

    /**
     * Queues messages that must not be lost.
     *
     * @return false when the connection is closed, or is closed now because they do not fit
     */
    boolean offer(Frame frame) {
        return offer(frame, null);
    }

    /**
     * Queues a message that makes the one of the same kind before it superfluous, and takes its
     * place if it is still there.
     *
     * @return false when the connection is closed
     */
    boolean conflate(Object kind, Frame frame) {
        return offer(frame, kind);
    }

    private boolean offer(Frame frame, @Nullable Object kind) {
        synchronized (this) {
            if (closed) {
                return false;
            }
            Waiting before = kind == null ? null : conflating.get(kind);
            if (before != null) {
                bytes += frame.size() - before.frame.size();
                before.frame = frame;
                return true;
            }
            if (kind == null && !fits(frame)) {
                giveUp(CloseCode.SLOW_CONSUMER, messages + " messages were waiting");
                return false;
            }
            Waiting added = new Waiting(frame, kind);
            waiting.add(added);
            messages += frame.messages();
            bytes += frame.size();
            if (kind != null) {
                conflating.put(kind, added);
            }
            if (woken) {
                return true;
            }
            woken = true;
        }
        wake.accept(this);
        return true;
    }

    /** One run of messages alone always fits: a snapshot may be larger than the bound. */
    private boolean fits(Frame frame) {
        return messages == 0
                || (messages + frame.messages() <= maxMessages && bytes + frame.size() <= maxBytes);
    }

    /**
     * How much may be offered at once and leave room for what comes meanwhile: messages, and bytes.
     */
    int roomyMessages() {
        return Math.max(1, maxMessages / 2);
    }

    long roomyBytes() {
        return maxBytes / 2;
    }

    /** On the event loop: hands over what waits, as far as the socket takes it. */
    void write() {
        Runnable last;
        synchronized (this) {
            woken = false;
            last = ending;
            ending = null;
            if (last == null) {
                if (writing) {
                    // A flush below has made the socket writable again: the loop there goes on.
                    return;
                }
                writing = true;
            }
        }
        if (last != null) {
            last.run();
            return;
        }
        try {
            while (writeSome()) {
                wire.flush();
            }
        } finally {
            List<CompletableFuture<Boolean>> told = List.of();
            synchronized (this) {
                writing = false;
                if (waiting.isEmpty() && !watching.isEmpty()) {
                    told = List.copyOf(watching);
                    watching.clear();
                }
            }
            told.forEach(each -> each.complete(true));
        }
    }

    private boolean writeSome() {
        boolean wrote = false;
        while (wire.isWritable()) {
            Frame frame = next();
            if (frame == null) {
                break;
            }
            wire.write(frame);
            wrote = true;
        }
        return wrote;
    }

    private synchronized @Nullable Frame next() {
        Waiting first = waiting.poll();
        if (first == null) {
            return null;
        }
        if (first.kind != null) {
            conflating.remove(first.kind);
        }
        messages -= first.frame.messages();
        bytes -= first.frame.size();
        return first.frame;
    }

    /** Completes when nothing waits any more: with true, or with false for a closed connection. */
    synchronized CompletableFuture<Boolean> emptied() {
        CompletableFuture<Boolean> emptied = new CompletableFuture<>();
        if (closed) {
            emptied.complete(false);
        } else if (waiting.isEmpty()) {
            emptied.complete(true);
        } else {
            watching.add(emptied);
        }
        return emptied;
    }

    /** Closes the connection from this side. What waits is not sent any more. */
    synchronized void giveUp(CloseCode code, String reason) {
        if (!closed) {
            close();
            ending = () -> wire.close(code, reason);
            wake.accept(this);
        }
    }

    /** The connection is gone: nothing more is taken or written. */
    synchronized void close() {
        closed = true;
        waiting.clear();
        conflating.clear();
        messages = 0;
        bytes = 0;
        watching.forEach(each -> each.complete(false));
        watching.clear();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Whether the socket has not taken everything that was offered. */
    synchronized boolean isBehind() {
        return !waiting.isEmpty();
    }
}
