package io.auspex.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Await;
import io.auspex.platform.Json;
import io.auspex.security.SubjectRights;
import io.auspex.signals.SignalLedger;
import io.auspex.trades.TradeIntake;
import io.auspex.trades.TradeResult;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.header.Header;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/**
 * Takes closed trades from Kafka, one a message, one after the other. One that is stored, or was
 * before, is acknowledged; one that never will be goes to the dead letters with its reason, and the
 * next is taken. While the database is away the trade in hand waits for it.
 *
 * <p>Whoever may write to the topic is trusted to say whose a trade is, by the header {@value
 * #REPORTER}; those without it are the topic's. So all of them can be erased.
 */
@ApplicationScoped
class TradesIn {

    private static final Logger LOG = Logger.getLogger(TradesIn.class);

    static final String REPORTER = "reporter";

    private final TradeIntake intake;
    private final SubjectRights subjects;
    private final SignalLedger ledger;
    private final KafkaConfig config;

    @Inject
    TradesIn(TradeIntake intake, SubjectRights subjects, SignalLedger ledger, KafkaConfig config) {
        this.intake = intake;
        this.subjects = subjects;
        this.ledger = ledger;
        this.config = config;
    }

    @Incoming("trades-in")
    Uni<Void> take(Message<String> message) {
        return Uni.createFrom()
                .<Optional<String>>emitter(emitter -> {
                    var _ =
                            Thread.ofVirtual()
                                    .name("trades-in")
                                    .start(() -> {
                                        try {
                                            emitter.complete(refusal(message));
                                        } catch (RuntimeException failure) {
                                            emitter.fail(failure);
                                        }
                                    });
                })
                .chain(refusal -> Uni.createFrom().completionStage(end(message, refusal)));
    }

    private static CompletionStage<Void> end(Message<String> message, Optional<String> refusal) {
        if (refusal.isEmpty()) {
            return message.ack();
        }
        LOG.debugf("a trade was refused: %s", refusal.get());
        return message.nack(new IllegalArgumentException(refusal.get()));
    }

    /** Why a trade is not taken; empty when it is stored. Blocking, for as long as it takes. */
    private Optional<String> refusal(Message<String> message) {
        String payload = message.getPayload();
        String reporter = reporter(message);
        JsonNode trade;
        try {
            trade = Json.mapper().readTree(payload == null ? "" : payload);
        } catch (JsonProcessingException unreadable) {
            return Optional.of("not JSON: " + unreadable.getOriginalMessage());
        }
        while (true) {
            // Trades that wait in memory for the database are as good as none for Kafka.
            awaitDatabase();
            String pseudonym;
            try {
                pseudonym = subjects.pseudonymOf(reporter);
            } catch (IllegalArgumentException nobody) {
                return Optional.of("the header " + REPORTER + ": " + nobody.getMessage());
            } catch (RuntimeException failure) {
                if (isDatabaseThere()) {
                    throw failure;
                }
                continue;
            }
            switch (intake.take(List.of(trade), pseudonym).getFirst()) {
                case TradeResult.Accepted _, TradeResult.Duplicate _ -> {
                    return Optional.empty();
                }
                case TradeResult.Conflict conflict -> {
                    return Optional.of(conflict.reason());
                }
                case TradeResult.Refused refused -> {
                    if (isDatabaseThere()) {
                        return Optional.of(refused.reason());
                    }
                }
                case TradeResult.Buffered _ -> pause();
            }
        }
    }

    /** The name of a subject. */
    static String reporter(Message<String> message) {
        IncomingKafkaRecordMetadata<?, ?> record =
                message.getMetadata(IncomingKafkaRecordMetadata.class)
                        .orElseThrow(() -> new IllegalStateException("not from Kafka"));
        Header header = record.getHeaders().lastHeader(REPORTER);
        return header == null || header.value() == null
                ? "kafka:" + record.getTopic()
                : new String(header.value(), StandardCharsets.UTF_8);
    }

    private void awaitDatabase() {
        while (!isDatabaseThere()) {
            pause();
        }
    }

    private boolean isDatabaseThere() {
        try {
            return Await.item(ledger::head) >= 0;
        } catch (RuntimeException away) {
            return false;
        }
    }

    private void pause() {
        try {
            Thread.sleep(config.retryAfter());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped", stopped);
        }
    }
}
