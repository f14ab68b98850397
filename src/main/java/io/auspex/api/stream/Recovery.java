package io.auspex.api.stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.api.stream.SignalTopics.Missed;
import io.auspex.signals.Signal;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Makes up for what a subscriber has missed of a topic of signals when that is not done in one
 * step: a page at a time out of the ledger, then out of memory, each when the one before has been
 * taken, until what is left fits; then the subscriber is told of everything that comes. Runs on a
 * virtual thread of its own.
 */
final class Recovery {

    private static final Logger LOG = Logger.getLogger(Recovery.class);

    private final StreamTopics topics;
    private final MissedSignals ledger;
    private final StreamConfig config;
    private final String topic;
    private final long since;
    private final Outbox outbox;
    private final JsonNode id;

    /** The topic was unsubscribed, or the connection is gone. */
    private volatile boolean cancelled;

    Recovery(
            StreamTopics topics,
            MissedSignals ledger,
            StreamConfig config,
            StreamRequest.Wanted wanted,
            Outbox outbox,
            JsonNode id) {
        this.topics = topics;
        this.ledger = ledger;
        this.config = config;
        this.topic = wanted.topic();
        this.since = Objects.requireNonNull(wanted.since(), "only those can be behind").seq();
        this.outbox = outbox;
        this.id = id;
    }

    String topic() {
        return topic;
    }

    void cancel() {
        cancelled = true;
    }

    /**
     * Does all of it.
     *
     * @return false when the topic was refused
     */
    boolean recover() {
        long head;
        boolean canRecover;
        String epoch;
        try {
            MissedSignals.Ledger now = ledger.now();
            head = now.head();
            epoch = now.epoch();
            // The pod it comes from may have published what this one is yet to hear of.
            canRecover = since <= head && isFewEnough(head);
        } catch (RuntimeException failure) {
            LOG.warnf("the ledger could not be read for one who resumes: %s", failure.getMessage());
            refuse("the ledger cannot be read now; try again");
            return false;
        }
        if (cancelled) {
            refuse("unsubscribed before it was recovered");
            return true;
        }
        if (!canRecover) {
            topics.restart(topic, outbox, id, _ -> !cancelled);
            return true;
        }
        if (isGiven(List.of(StreamMessages.subscribed(id, topic, epoch, head, true)))) {
            makeUp(head);
        }
        return true;
    }

    private void makeUp(long head) {
        try {
            recover(head);
        } catch (RuntimeException failure) {
            LOG.warnf("the ledger could not be read for one who resumes: %s", failure.getMessage());
            outbox.giveUp(CloseCode.TRY_LATER, "the ledger cannot be read now");
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isFewEnough(long head) {
        int most = config.maxRecovered();
        return head - since <= most
                || (StreamTopics.symbol(topic) != null
                        && ledger.count(topic, since, most + 1) <= most);
    }

    private void refuse(String reason) {
        outbox.offer(StreamMessages.refused(id, "subscribe", topic, reason));
    }

    /**
     * @param firstHead the ledger's, before anything was read
     */
    private void recover(long firstHead) throws InterruptedException {
        long told = since;
        long head = firstHead;
        while (true) {
            switch (topics.next(topic, told, outbox, _ -> !cancelled)) {
                case StreamTopics.Step.Arrived() -> {
                    return;
                }
                case StreamTopics.Step.FromMemory(Missed missed) -> {
                    if (!isGiven(missed.frames())) {
                        return;
                    }
                    told = missed.upTo();
                }
                case StreamTopics.Step.FromLedger() -> {
                    if (told >= head) {
                        // So much came meanwhile that memory has lost the connection.
                        head = ledger.now().head();
                    }
                    List<Signal> page = ledger.after(topic, told);
                    if (!page.isEmpty()) {
                        if (!isGiven(List.of(topics.frame(topic, page)))) {
                            return;
                        }
                        told = page.getLast().seq();
                    }
                    if (page.size() < config.recoveryPage()) {
                        // Numbers become visible in their order: up to the head there is no more.
                        told = Math.max(told, head);
                    }
                }
            }
            if (!isTaken()) {
                return;
            }
        }
    }

    private boolean isGiven(List<Frame> frames) {
        return topics.give(topic, frames, outbox, _ -> !cancelled);
    }

    /** Whether the subscriber has taken everything; one that does not is closed. */
    private boolean isTaken() throws InterruptedException {
        try {
            return outbox.emptied().get(config.silence().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException tooSlow) {
            outbox.giveUp(CloseCode.SLOW_CONSUMER, "did not take what it had missed");
            return false;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
