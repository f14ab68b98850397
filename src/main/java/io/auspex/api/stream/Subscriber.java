package io.auspex.api.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.auspex.api.stream.StreamAccess.Standing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One connection and what it wants to hear. Its messages are handled one after the other. */
final class Subscriber {

    private static final Logger LOG = Logger.getLogger(Subscriber.class);

    private final StreamTopics topics;
    private final MissedSignals ledger;
    private final StreamAccess access;
    private final StreamConfig config;
    private final Outbox outbox;
    private final Set<String> subscribed = new TreeSet<>();

    /** One at a time; those behind it wait. At most one for each topic. */
    private final Deque<Recovery> recoveries = new ArrayDeque<>();

    private Standing standing;
    private boolean isAuthenticating;
    private boolean gone;

    Subscriber(
            StreamTopics topics,
            MissedSignals ledger,
            StreamAccess access,
            StreamConfig config,
            Standing standing,
            Outbox outbox) {
        this.topics = topics;
        this.ledger = ledger;
        this.access = access;
        this.config = config;
        this.standing = standing;
        this.outbox = outbox;
    }

    Outbox outbox() {
        return outbox;
    }

    synchronized boolean isAdmitted() {
        return standing instanceof Standing.Admitted;
    }

    /** Whether what it was admitted for, if it was, is no longer so. */
    synchronized boolean isOutdated() {
        return standing instanceof Standing.Admitted(_, var isGood) && !isGood.getAsBoolean();
    }

    synchronized void receive(String text) {
        if (gone) {
            return;
        }
        if (text.length() > config.maxMessageChars()) {
            refuse(
                    new StreamRequest.Malformed(
                            NullNode.instance,
                            "a message has at most " + config.maxMessageChars() + " characters"));
            return;
        }
        switch (StreamRequest.parse(text, config.maxTopics())) {
            case StreamRequest.Subscribe request ->
                    request.topics().forEach(topic -> subscribe(request.id(), topic));
            case StreamRequest.Unsubscribe request ->
                    request.topics().forEach(topic -> unsubscribe(request.id(), topic));
            case StreamRequest.ListTopics request ->
                    outbox.offer(
                            StreamMessages.list(
                                    request.id(), List.copyOf(subscribed), available()));
            case StreamRequest.Ping request -> outbox.offer(StreamMessages.pong(request.id()));
            case StreamRequest.Auth request -> authenticate(request);
            case StreamRequest.Malformed request -> refuse(request);
        }
    }

    /** Answers what cannot be understood; the connection lives. */
    synchronized void refuse(StreamRequest.Malformed request) {
        outbox.offer(StreamMessages.error(request.id(), request.reason()));
    }

    /** The connection is closed. */
    synchronized void leave() {
        gone = true;
        outbox.close();
        recoveries.forEach(Recovery::cancel);
        subscribed.forEach(topic -> topics.unsubscribe(topic, outbox));
        subscribed.clear();
    }

    private void subscribe(JsonNode id, StreamRequest.Wanted wanted) {
        String topic = wanted.topic();
        Optional<String> refusal = refusal(topic);
        if (refusal.isPresent()) {
            outbox.offer(StreamMessages.refused(id, "subscribe", topic, refusal.get()));
            return;
        }
        cancelRecovery(topic);
        switch (topics.subscribe(wanted, outbox, id)) {
            case StreamTopics.Outcome.Subscribed() -> subscribed.add(topic);
            case StreamTopics.Outcome.Refused(String reason) ->
                    outbox.offer(StreamMessages.refused(id, "subscribe", topic, reason));
            case StreamTopics.Outcome.Behind() -> {
                subscribed.add(topic);
                recover(new Recovery(topics, ledger, config, wanted, outbox, id));
            }
        }
    }

    /** Of what there is, what may be heard; before there is a token, what everybody may know. */
    private List<String> available() {
        return switch (standing) {
            case Standing.Admitted(var mayHear, _) ->
                    topics.available().stream().filter(mayHear).toList();
            case Standing.Unknown _, Standing.Refused _ -> topics.available();
        };
    }

    private Optional<String> refusal(String topic) {
        return switch (standing) {
            case Standing.Unknown _, Standing.Refused _ ->
                    Optional.of("send {\"op\":\"auth\",\"token\":\"..\"} first");
            case Standing.Admitted(var mayHear, _) when !mayHear.test(topic) ->
                    Optional.of("not allowed");
            case Standing.Admitted _ ->
                    subscribed.size() >= config.maxTopics() && !subscribed.contains(topic)
                            ? Optional.of(
                                    "a connection has at most " + config.maxTopics() + " topics")
                            : Optional.empty();
        };
    }

    private void unsubscribe(JsonNode id, String topic) {
        if (!subscribed.remove(topic)) {
            outbox.offer(
                    StreamMessages.refused(
                            id, "unsubscribe", topic, "not subscribed to this topic"));
            return;
        }
        cancelRecovery(topic);
        topics.unsubscribe(topic, outbox);
        outbox.offer(StreamMessages.unsubscribed(id, topic));
    }

    private void cancelRecovery(String topic) {
        recoveries.stream()
                .filter(recovery -> recovery.topic().equals(topic))
                .forEach(Recovery::cancel);
    }

    private void recover(Recovery recovery) {
        recoveries.add(recovery);
        if (recoveries.size() == 1) {
            Thread.ofVirtual().name("stream-recovery").start(this::recoverAll);
        }
    }

    private void recoverAll() {
        Recovery next = firstRecovery();
        while (next != null) {
            next = after(next, next.recover());
        }
    }

    private synchronized @Nullable Recovery firstRecovery() {
        return recoveries.peek();
    }

    private synchronized @Nullable Recovery after(Recovery done, boolean isSubscribed) {
        recoveries.remove(done);
        if (!isSubscribed
                && recoveries.stream().noneMatch(each -> each.topic().equals(done.topic()))) {
            subscribed.remove(done.topic());
        }
        return recoveries.peek();
    }

    private void authenticate(StreamRequest.Auth request) {
        if (isAuthenticating) {
            outbox.offer(StreamMessages.notAuthenticated(request.id(), "one token at a time"));
            return;
        }
        isAuthenticating = true;
        access.authenticate(request.token())
                .subscribe()
                .with(
                        found -> stand(request.id(), found),
                        failure -> {
                            LOG.warnf("a token could not be looked at: %s", failure.getMessage());
                            unknown(request.id());
                        });
    }

    private synchronized void unknown(JsonNode id) {
        isAuthenticating = false;
        outbox.offer(StreamMessages.notAuthenticated(id, "tokens cannot be checked now"));
    }

    private synchronized void stand(JsonNode id, Standing found) {
        isAuthenticating = false;
        standing = found;
        switch (found) {
            case Standing.Admitted(var mayHear, _) -> {
                outbox.offer(StreamMessages.authenticated(id));
                // A token that allows less than the one before ends what it does not allow.
                List<String> notAnyMore = new ArrayList<>(subscribed);
                notAnyMore.removeIf(mayHear);
                notAnyMore.forEach(topic -> unsubscribe(id, topic));
            }
            case Standing.Unknown _ ->
                    outbox.offer(StreamMessages.notAuthenticated(id, "another token is needed"));
            case Standing.Refused(String reason) -> outbox.giveUp(CloseCode.UNAUTHORISED, reason);
        }
    }
}
