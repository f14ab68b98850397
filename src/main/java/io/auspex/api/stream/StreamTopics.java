package io.auspex.api.stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.market.Symbol;
import io.auspex.signals.PendingSignal;
import io.auspex.signals.ProvisionalSignal;
import io.auspex.signals.Signal;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All topics of this process. Everything that is published is encoded once, whatever the number of
 * its subscribers.
 *
 * <p>Thread-safe: one lock, so that publication and subscription exclude each other. What is done
 * under it is bounded by the number of subscribers, and nothing there waits or writes to a socket.
 */
@ApplicationScoped
class StreamTopics {

    static final String SIGNALS = "signals:";
    static final String ALL_SIGNALS = "signals:*";
    static final String PREDICTIONS = "predictions:";
    static final String REFITS = "refits";
    static final String MODELS = "models";
    static final String RETRAINING = "retraining";
    static final String KEYS = "keys";

    static final byte[] NULL = "null".getBytes(StandardCharsets.UTF_8);

    /** Bound on names that clients can make the server remember. */
    private static final int MAX_TOPICS = 20_000;

    /** What became of a wish to hear of a topic. */
    sealed interface Outcome {

        /** It is acknowledged, and the subscriber is told from now on. */
        record Subscribed() implements Outcome {}

        /** It cannot be; it is not acknowledged yet. */
        record Refused(String reason) implements Outcome {}

        /** What was missed takes more than one step; it is not acknowledged yet. */
        record Behind() implements Outcome {}
    }

    /** What is next for a subscriber that is behind. */
    sealed interface Step {

        /** It has been told everything, and is told from now on. */
        record Arrived() implements Step {}

        /** The recent ones hold what is next. */
        record FromMemory(SignalTopics.Missed missed) implements Step {}

        /** What is next is in the ledger only. */
        record FromLedger() implements Step {}
    }

    /** Handed to a subscriber that is behind before it is looked whether it takes them. */
    private static final long MEMORY_PAGE_BYTES = 256 * 1024;

    private final ReentrantLock lock = new ReentrantLock();
    private final SignalTopics signals;
    private final Map<String, StateTopic> states = new HashMap<>();
    private final PredictionTopics predictions;
    private final StreamConfig config;

    /** Of the close that is being stored. */
    private volatile Map<SignalBody, byte[]> prepared = Map.of();

    private final InstantSource clock;

    StreamTopics(StreamConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
        this.signals = new SignalTopics(config.recentSignals());
        this.predictions = new PredictionTopics(MAX_TOPICS, clock);
        // What is counted by this process is worth nothing to another one.
        String epoch = UUID.randomUUID().toString().replace("-", "");
        states.put(REFITS, new StateTopic(REFITS, "refit", epoch));
        states.put(MODELS, new StateTopic(MODELS, "model", epoch));
        states.put(RETRAINING, new StateTopic(RETRAINING, "decision", epoch));
        states.put(KEYS, new StateTopic(KEYS, "unusual", epoch));
    }

    /** Takes what was published before this process started. */
    void restore(String epoch, long head, List<Signal> latest) {
        List<EncodedSignal> encoded = EncodedSignal.of(latest, new Instants());
        lock.lock();
        try {
            signals.restore(epoch, head, encoded);
            latest.forEach(predictions::restore);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Writes what is known already of signals that are on their way into the ledger. When they come
     * out of it with another text, or before this is done, nothing of it is used.
     */
    void prepare(List<PendingSignal> storing) {
        prepared = EncodedSignal.bodies(storing.stream().map(SignalBody::of).toList());
    }

    void publish(List<Signal> news) {
        Map<SignalBody, byte[]> bodies = prepared;
        prepared = Map.of();
        // The long part, before anybody has to wait.
        Publication publication = Publication.of(news, clock.instant(), bodies);
        wanted(publication).forEach(publication::on);
        lock.lock();
        try {
            signals.publish(publication);
            news.forEach(predictions::publish);
        } finally {
            lock.unlock();
        }
    }

    /** Makes what {@link #prepare} and {@link #publish} would make of them, and tells nobody. */
    void rehearse(List<Signal> made) {
        Instant now = clock.instant();
        Map<SignalBody, byte[]> bodies =
                EncodedSignal.bodies(made.stream().map(SignalBody::of).toList());
        var _ = Publication.of(made, now, bodies).on(ALL_SIGNALS);
    }

    private List<String> wanted(Publication publication) {
        lock.lock();
        try {
            return signals.wanted(publication);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Signals that are not in the ledger yet, because the database is away. They have no number and
     * are not made up for: each comes again as one that has.
     */
    void publishProvisional(List<ProvisionalSignal> spooled) {
        List<byte[]> data =
                spooled.stream().map(each -> StreamMessages.provisional(each.signal())).toList();
        lock.lock();
        try {
            for (int i = 0; i < data.size(); i++) {
                PendingSignal signal = spooled.get(i).signal();
                Instant at = Instant.ofEpochMilli(signal.closeTimeMillis());
                for (String topic : List.of(ALL_SIGNALS, SIGNALS + signal.symbol().name())) {
                    Envelope envelope =
                            new Envelope(
                                    topic,
                                    signals.epoch(),
                                    signals.head(),
                                    at,
                                    clock.instant(),
                                    "provisional");
                    signals.tellAll(topic, envelope, data.get(i));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** News without a sequence of its own: counted per topic since the start of the process. */
    void publish(String name, String key, Object news, Instant at) {
        byte[] data = StreamMessages.json(news);
        lock.lock();
        try {
            StateTopic topic = state(name);
            topic.publish(topic.seq() + 1, key, data, at, clock.instant());
        } finally {
            lock.unlock();
        }
    }

    void restore(String name, String key, Object newest, Instant at) {
        byte[] data = StreamMessages.json(newest);
        lock.lock();
        try {
            state(name).restore(0, key, data, at);
        } finally {
            lock.unlock();
        }
    }

    /** Subscribes, with the acknowledgement and the snapshot, or with what was missed. */
    Outcome subscribe(StreamRequest.Wanted wanted, Outbox subscriber, JsonNode id) {
        String topic = wanted.topic();
        lock.lock();
        try {
            if (isSignals(topic)) {
                if (signals.subscribed().size() >= MAX_TOPICS
                        && !signals.subscribed().contains(topic)) {
                    return new Outcome.Refused("too many topics on this server");
                }
                return subscribeSignals(topic, wanted.since(), subscriber, id);
            }
            Optional<StateTopic> state = stateOrPrediction(topic);
            if (state.isEmpty()) {
                return new Outcome.Refused(
                        "unknown topic; use signals:<SYMBOL>, signals:*, predictions:<SYMBOL>,"
                                + " refits, models, retraining or keys");
            }
            subscribeState(topic, state.get(), wanted.since(), subscriber, id);
            return new Outcome.Subscribed();
        } finally {
            lock.unlock();
        }
    }

    /**
     * A subscriber that could not be made up to gets a snapshot.
     *
     * @param isWanted asked when nothing can come between any more
     */
    void restart(String topic, Outbox subscriber, JsonNode id, Predicate<String> isWanted) {
        lock.lock();
        try {
            if (isWanted.test(topic)) {
                begin(topic, subscriber, id, false);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * What is next for a subscriber that has been told everything up to a number, and makes it one
     * that is told from now on when little enough is left.
     *
     * @param isWanted asked when nothing can come between any more
     */
    Step next(String topic, long told, Outbox subscriber, Predicate<String> isWanted) {
        lock.lock();
        try {
            if (!isWanted.test(topic)) {
                return new Step.Arrived();
            }
            if (!signals.remembers(told)) {
                return new Step.FromLedger();
            }
            long pageBytes = Math.min(MEMORY_PAGE_BYTES, subscriber.roomyBytes());
            SignalTopics.Missed missed = signals.missed(topic, told, pageBytes);
            if (!missed.isAll() || !isRoomy(missed, subscriber)) {
                return new Step.FromMemory(missed);
            }
            if (missed.frames().stream().allMatch(subscriber::offer)) {
                signals.add(topic, subscriber, missed.upTo());
            }
            return new Step.Arrived();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives a subscriber that is behind what is next for it, unless it is not wanted any more: what
     * comes after the acknowledgement of its end would be taken for another subscription's.
     *
     * @param isWanted asked when nothing can come between any more
     * @return whether it was taken
     */
    boolean give(String topic, List<Frame> frames, Outbox subscriber, Predicate<String> isWanted) {
        lock.lock();
        try {
            return isWanted.test(topic) && frames.stream().allMatch(subscriber::offer);
        } finally {
            lock.unlock();
        }
    }

    /** Signals out of the ledger as messages of a topic. */
    Frame frame(String topic, List<Signal> page) {
        Instant now = clock.instant();
        Instants instants = new Instants(now);
        List<EncodedSignal> encoded = EncodedSignal.of(page, instants);
        return Publication.batch(encoded, topic, now, instants).after(0).orElseThrow();
    }

    void unsubscribe(String topic, Outbox subscriber) {
        lock.lock();
        try {
            signals.remove(topic, subscriber);
            StateTopic state = states.get(topic);
            if (state != null) {
                state.remove(subscriber);
            }
            predictions.remove(topic, subscriber);
        } finally {
            lock.unlock();
        }
    }

    /** What can be subscribed to, as far as it is known by now. */
    List<String> available() {
        lock.lock();
        try {
            Set<String> names = new TreeSet<>(signals.subscribed());
            names.add(ALL_SIGNALS);
            names.addAll(states.keySet());
            signals.symbols().forEach(symbol -> names.add(SIGNALS + symbol));
            predictions.symbols().forEach(symbol -> names.add(PREDICTIONS + symbol));
            return List.copyOf(names);
        } finally {
            lock.unlock();
        }
    }

    /** The symbol of a topic of signals; null for that of all. */
    static @Nullable Symbol symbol(String topic) {
        return topic.equals(ALL_SIGNALS) ? null : new Symbol(topic.substring(SIGNALS.length()));
    }

    /** JSON values as one array. */
    static byte[] array(Collection<byte[]> values) {
        ByteArrayOutputStream array = new ByteArrayOutputStream();
        array.write('[');
        boolean first = true;
        for (byte[] value : values) {
            if (!first) {
                array.write(',');
            }
            first = false;
            array.writeBytes(value);
        }
        array.write(']');
        return array.toByteArray();
    }

    private Outcome subscribeSignals(
            String topic, StreamRequest.@Nullable Since since, Outbox subscriber, JsonNode id) {
        signals.remove(topic, subscriber);
        if (since == null) {
            if (subscriber.offer(
                            StreamMessages.subscribed(
                                    id, topic, signals.epoch(), signals.seq(topic)))
                    && subscriber.offer(signals.snapshot(topic, clock.instant()))) {
                signals.add(topic, subscriber, signals.head());
            }
            return new Outcome.Subscribed();
        }
        if (!since.epoch().equals(signals.epoch())
                || (topic.equals(ALL_SIGNALS)
                        && signals.head() - since.seq() > config.maxRecovered())) {
            begin(topic, subscriber, id, false);
            return new Outcome.Subscribed();
        }
        if (since.seq() > signals.head() || !signals.remembers(since.seq())) {
            return new Outcome.Behind();
        }
        SignalTopics.Missed missed = signals.missed(topic, since.seq(), Long.MAX_VALUE);
        if (missed.messages() > config.maxRecovered()) {
            begin(topic, subscriber, id, false);
            return new Outcome.Subscribed();
        }
        if (!isRoomy(missed, subscriber)) {
            return new Outcome.Behind();
        }
        if (subscriber.offer(
                        StreamMessages.subscribed(id, topic, signals.epoch(), missed.upTo(), true))
                && missed.frames().stream().allMatch(subscriber::offer)) {
            signals.add(topic, subscriber, missed.upTo());
        }
        return new Outcome.Subscribed();
    }

    private void begin(String topic, Outbox subscriber, JsonNode id, boolean isRecovered) {
        if (subscriber.offer(
                        StreamMessages.subscribed(
                                id, topic, signals.epoch(), signals.seq(topic), isRecovered))
                && subscriber.offer(signals.snapshot(topic, clock.instant()))) {
            signals.add(topic, subscriber, signals.head());
        }
    }

    private static boolean isRoomy(SignalTopics.Missed missed, Outbox subscriber) {
        return missed.messages() <= subscriber.roomyMessages()
                && missed.bytes() <= subscriber.roomyBytes();
    }

    private void subscribeState(
            String name,
            StateTopic topic,
            StreamRequest.@Nullable Since since,
            Outbox subscriber,
            JsonNode id) {
        boolean nothingMissed =
                since != null && since.epoch().equals(topic.epoch()) && since.seq() == topic.seq();
        Frame ack =
                since == null
                        ? StreamMessages.subscribed(id, name, topic.epoch(), topic.seq())
                        : StreamMessages.subscribed(
                                id, name, topic.epoch(), topic.seq(), nothingMissed);
        if (subscriber.offer(ack)
                && (nothingMissed || topic.snapshot(subscriber, clock.instant()))) {
            topic.add(subscriber);
        }
    }

    private StateTopic state(String name) {
        StateTopic topic = states.get(name);
        if (topic == null) {
            throw new IllegalArgumentException("there is no topic " + name);
        }
        return topic;
    }

    private Optional<StateTopic> stateOrPrediction(String name) {
        StateTopic state = states.get(name);
        return state != null ? Optional.of(state) : predictions.topic(name, signals.epoch());
    }

    private static boolean isSignals(String name) {
        return name.equals(ALL_SIGNALS) || isOfSymbol(SIGNALS, name);
    }

    /** Whether a topic is that of a symbol, as the prefix has it. */
    static boolean isOfSymbol(String prefix, String name) {
        if (!name.startsWith(prefix)) {
            return false;
        }
        try {
            return !new Symbol(name.substring(prefix.length())).name().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
