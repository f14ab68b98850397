package io.auspex.kafka;

import io.auspex.kafka.SentPositions.Sent;
import io.auspex.platform.Election;
import io.auspex.platform.Elections;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A channel out of the database: what was committed is read in its order, page by page, as the
 * brokers take it, and how far they have acknowledged it without a gap is stored. So nothing is
 * lost, whoever ends when: after a restart, or in another process, it goes on from there, and what
 * was under way comes again, with the same id. One process of all sends, under an office.
 *
 * <p>The producer waits for brokers without a bound and keeps the order meanwhile; a message that
 * it gives up has everything sent again from the last position that is certain.
 */
final class Outflow implements Election.Candidate {

    /** The header of the id. */
    static final String ID = "id";

    private static final double NANOS_PER_SECOND = 1e9;
    private static final Logger LOG = Logger.getLogger(Outflow.class);

    private final EntrySource source;
    private final SentPositions positions;
    private final KafkaConfig config;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private @Nullable Election election;
    private @Nullable Sent read;
    private @Nullable Sent confirmed;
    private @Nullable Sent stored;
    private boolean storing;
    private boolean failed;
    private Optional<String> error = Optional.empty();
    private CompletableFuture<Void> news = new CompletableFuture<>();

    /** One message under way. */
    private static final class Pending {

        private final Sent place;
        private final long sinceNanos = System.nanoTime();
        private boolean acknowledged;

        Pending(Sent place) {
            this.place = place;
        }
    }

    Outflow(EntrySource source, SentPositions positions, KafkaConfig config) {
        this.source = source;
        this.positions = positions;
        this.config = config;
    }

    /** Stands for the office; the stream says nothing before it is held. */
    void stand(Elections elections) {
        Election standing = elections.stand("kafka:" + source.channel(), this);
        synchronized (this) {
            election = standing;
        }
    }

    void close() {
        Election standing;
        synchronized (this) {
            standing = election;
        }
        if (standing != null) {
            standing.close();
        }
    }

    /** There is something new to send. */
    void wake() {
        CompletableFuture<Void> waiting;
        synchronized (this) {
            waiting = news;
            news = new CompletableFuture<>();
        }
        waiting.complete(null);
    }

    synchronized KafkaStatus.Channel status() {
        Sent certain = confirmed;
        return new KafkaStatus.Channel(
                source.channel(),
                leads(),
                certain == null ? null : certain.position(),
                pending.size(),
                waitingSeconds(),
                error.orElse(null));
    }

    /** For how long the oldest message has been under way; 0 without one. */
    synchronized double waitingSeconds() {
        return pending.isEmpty()
                ? 0
                : (System.nanoTime() - pending.getFirst().sinceNanos) / NANOS_PER_SECOND;
    }

    String channel() {
        return source.channel();
    }

    /**
     * Everything, for as long as the process lives: asked for no faster than the brokers take it.
     */
    Multi<Message<String>> messages() {
        return Multi.createBy()
                .repeating()
                .uni(this::nextPage)
                .indefinitely()
                .onItem()
                .transformToMultiAndConcatenate(page -> Multi.createFrom().iterable(page));
    }

    @Override
    public synchronized void elected() {
        LOG.infof("%s: this process sends", source.channel());
        forget();
    }

    @Override
    public synchronized void deposed() {
        forget();
    }

    /** What is under way belongs to an earlier turn. */
    private void forget() {
        pending.clear();
        read = null;
        confirmed = null;
        stored = null;
        failed = false;
    }

    private boolean leads() {
        Election standing = election;
        return standing != null && standing.leads();
    }

    private Uni<List<Message<String>>> nextPage() {
        return page().onFailure()
                .invoke(this::troubled)
                .onFailure()
                .recoverWithUni(() -> nothing(config.retryAfter()));
    }

    private Uni<List<Message<String>>> page() {
        Sent from;
        synchronized (this) {
            if (!leads()) {
                return nothing(config.retryAfter());
            }
            if (failed) {
                return beginAgain();
            }
            from = read;
        }
        return from == null ? position().chain(_ -> nothing(Duration.ZERO)) : after(from);
    }

    private Uni<List<Message<String>>> after(Sent from) {
        return source.after(from.position(), config.page())
                .chain(entries -> {
                    if (entries.isEmpty()) {
                        return untilNews();
                    }
                    return Uni.createFrom().item(begin(from, entries));
                });
    }

    /** Another epoch counts from its own beginning. */
    private synchronized List<Message<String>> begin(Sent from, List<Entry> entries) {
        if (!from.equals(read)) {
            return List.of();
        }
        String epoch = entries.getFirst().epoch();
        if (!epoch.equals(from.epoch()) && !from.epoch().isEmpty() && from.position() > 0) {
            read = new Sent(epoch, 0);
            return List.of();
        }
        read = new Sent(epoch, entries.getLast().position());
        return entries.stream().map(this::message).toList();
    }

    private Message<String> message(Entry entry) {
        Pending sent = new Pending(new Sent(entry.epoch(), entry.position()));
        pending.addLast(sent);
        OutgoingKafkaRecordMetadata<String> record =
                OutgoingKafkaRecordMetadata.<String>builder()
                        .withKey(entry.key())
                        .withHeaders(
                                new RecordHeaders()
                                        .add(ID, entry.id().getBytes(StandardCharsets.UTF_8)))
                        .build();
        return Message.of(
                entry.json(),
                Metadata.of(record),
                () -> acknowledged(sent),
                failure -> refused(sent, failure));
    }

    /** The first position ever is the newest: what was before Kafka was connected is not sent. */
    private Uni<Void> position() {
        return positions
                .find(source.channel())
                .chain(found ->
                        found.isPresent()
                                ? Uni.createFrom().item(found.get())
                                : source.newest()
                                        .map(newest -> new Sent("", newest))
                                        .call(first -> positions.save(source.channel(), first)))
                .invoke(this::from)
                .replaceWithVoid();
    }

    private synchronized void from(Sent position) {
        read = position;
        confirmed = position;
        stored = position;
    }

    private CompletionStage<Void> acknowledged(Pending sent) {
        synchronized (this) {
            sent.acknowledged = true;
            error = Optional.empty();
            while (!pending.isEmpty() && pending.getFirst().acknowledged) {
                confirmed = pending.removeFirst().place;
            }
        }
        store();
        return CompletableFuture.completedFuture(null);
    }

    private CompletionStage<Void> refused(Pending sent, Throwable failure) {
        synchronized (this) {
            if (pending.contains(sent)) {
                failed = true;
            }
        }
        troubled(failure);
        return CompletableFuture.completedFuture(null);
    }

    /** From the last position that is certain. */
    private Uni<List<Message<String>>> beginAgain() {
        pending.clear();
        read = confirmed;
        failed = false;
        return nothing(config.retryAfter());
    }

    /** One at a time; what is confirmed meanwhile is stored next. */
    private void store() {
        Sent next;
        synchronized (this) {
            next = confirmed;
            if (storing || next == null || next.equals(stored)) {
                return;
            }
            storing = true;
        }
        Sent saving = next;
        positions
                .save(source.channel(), saving)
                .subscribe()
                .with(_ -> saved(saving), failure -> unsaved(failure));
    }

    private void saved(Sent position) {
        synchronized (this) {
            storing = false;
            stored = position;
        }
        store();
    }

    /** The next acknowledgement tries again. */
    private void unsaved(Throwable failure) {
        synchronized (this) {
            storing = false;
        }
        troubled(failure);
    }

    private Uni<List<Message<String>>> untilNews() {
        CompletableFuture<Void> waiting;
        synchronized (this) {
            // One that was waited for in vain has been cancelled.
            if (news.isDone()) {
                news = new CompletableFuture<>();
            }
            waiting = news;
        }
        return Uni.createFrom()
                .completionStage(waiting)
                .ifNoItem()
                .after(config.lookEvery())
                .recoverWithUni(Uni.createFrom().voidItem())
                .replaceWith(List.of());
    }

    private static Uni<List<Message<String>>> nothing(Duration pause) {
        Uni<List<Message<String>>> empty = Uni.createFrom().item(List.of());
        return pause.isZero() ? empty : empty.onItem().delayIt().by(pause);
    }

    private void troubled(Throwable failure) {
        boolean first;
        synchronized (this) {
            first = error.isEmpty();
            error = Optional.of(String.valueOf(failure.getMessage()));
        }
        if (first) {
            LOG.warnf("%s: %s; it is tried again", source.channel(), failure.getMessage());
        }
    }
}
