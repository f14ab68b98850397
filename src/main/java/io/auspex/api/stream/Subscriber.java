package io.auspex.api.stream;

import com.fasterxml.jackson.databind.node.NullNode;
import java.util.Set;
import java.util.TreeSet;

/** One connection and what it wants to hear. Its messages are handled one after the other. */
final class Subscriber {

    private final StreamTopics topics;
    private final Outbox outbox;
    private final StreamConfig config;
    private final Set<String> subscribed = new TreeSet<>();
    private boolean gone;

    Subscriber(StreamTopics topics, Outbox outbox, StreamConfig config) {
        this.topics = topics;
        this.outbox = outbox;
        this.config = config;
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
                    request.topics().forEach(topic -> subscribe(request, topic));
            case StreamRequest.Unsubscribe request ->
                    request.topics().forEach(topic -> unsubscribe(request, topic));
            case StreamRequest.ListTopics request ->
                    outbox.offer(StreamMessages.list(request.id(), subscribed, topics.available()));
            case StreamRequest.Ping request -> outbox.offer(StreamMessages.pong(request.id()));
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
        subscribed.forEach(topic -> topics.unsubscribe(topic, outbox));
        subscribed.clear();
    }

    private void subscribe(StreamRequest.Subscribe request, String topic) {
        if (subscribed.size() >= config.maxTopics() && !subscribed.contains(topic)) {
            outbox.offer(
                    StreamMessages.refused(
                            request.id(),
                            "subscribe",
                            topic,
                            "a connection has at most " + config.maxTopics() + " topics"));
            return;
        }
        topics.subscribe(topic, outbox, request.id())
                .ifPresentOrElse(
                        refusal ->
                                outbox.offer(
                                        StreamMessages.refused(
                                                request.id(), "subscribe", topic, refusal)),
                        () -> subscribed.add(topic));
    }

    private void unsubscribe(StreamRequest.Unsubscribe request, String topic) {
        if (!subscribed.remove(topic)) {
            outbox.offer(
                    StreamMessages.refused(
                            request.id(), "unsubscribe", topic, "not subscribed to this topic"));
            return;
        }
        topics.unsubscribe(topic, outbox);
        outbox.offer(StreamMessages.unsubscribed(request.id(), topic));
    }
}
