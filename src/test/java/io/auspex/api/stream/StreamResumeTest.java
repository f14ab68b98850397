package io.auspex.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.api.LiveService;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.auspex.signals.Signal;
import io.auspex.signals.SignalLedger;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Subscribers that come back, over real sockets, against the real ledger. The settings of the tests
 * keep few signals in memory and read small pages, so that every way of recovery is taken.
 */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class StreamResumeTest {

    private static final String MODEL = "resume-tiny";
    private static final int CLIENTS = 8;
    private static final int RESUMES = 125;

    /** More than fit into memory. */
    private static final int FARTHEST = 200;

    private static boolean promoted;

    @Inject LiveService service;
    @Inject SignalLedger ledger;
    @Inject StreamConfig config;

    @TestHTTPResource("/api/stream")
    URI http;

    /** One resumption, as the client saw it. */
    private record Seen(String topic, long since, List<Long> seqs) {}

    @BeforeEach
    void serve() {
        service.warmUp();
        if (!promoted) {
            service.promote(MODEL, 0.1f);
            promoted = true;
        }
    }

    @Test
    void aThousandResumesWhileSignalsComeHaveNoGapAndNoDouble() throws Exception {
        assertThat(config.recentSignals()).isLessThan(FARTHEST / 2);
        long first = head();
        while (head() < first + FARTHEST) {
            service.close();
        }
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong published = new AtomicLong();
        Thread publisher =
                Thread.ofPlatform()
                        .start(() -> {
                            while (!done.get()) {
                                service.close();
                                published.incrementAndGet();
                            }
                        });
        List<Seen> all = new ArrayList<>();
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<List<Seen>>> seen = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                long seed = client;
                seen.add(clients.submit(() -> resumeAgainAndAgain(seed)));
            }
            for (Future<List<Seen>> each : seen) {
                all.addAll(each.get());
            }
        } finally {
            done.set(true);
            publisher.join();
        }
        assertThat(all).hasSize(CLIENTS * RESUMES);
        assertThat(published.get()).isGreaterThan(10);
        List<Signal> truth = everythingAfter(first);
        for (Seen each : all) {
            long last = each.seqs().getLast();
            assertThat(each.seqs())
                    .as("%s since %d", each.topic(), each.since())
                    .isEqualTo(
                            truth.stream()
                                    .filter(signal ->
                                            signal.seq() > each.since()
                                                    && signal.seq() <= last
                                                    && isOn(each.topic(), signal))
                                    .map(Signal::seq)
                                    .toList());
        }
    }

    @Test
    void whatTheLedgerDoesNotHoldOrIsTooMuchIsNotRecovered() throws Exception {
        service.close();
        String epoch = Await.item(ledger::epoch);
        try (StreamClient client = StreamClient.reading(server())) {
            for (String[] each :
                    new String[][] {
                        {epoch, "1000000000"}, {"another-epoch", "1"},
                    }) {
                for (String topic : new String[] {"signals:*", "signals:ETHBTC"}) {
                    client.send(StreamEndpointTest.resume(topic, each[0], Long.parseLong(each[1])));
                    JsonNode ack = client.next("ack");
                    assertThat(ack.path("ok").asBoolean()).isTrue();
                    assertThat(ack.path("recovered").asBoolean(true)).isFalse();
                    assertThat(ack.path("epoch").asText()).isEqualTo(epoch);
                    assertThat(client.next().path("type").asText()).isEqualTo("snapshot");
                }
            }
        }
    }

    /** Every resumption from another place, and read until something is live. */
    private List<Seen> resumeAgainAndAgain(long seed) throws Exception {
        Random random = new Random(seed);
        List<Seen> seen = new ArrayList<>();
        String epoch = Await.item(ledger::epoch);
        StreamClient client = StreamClient.reading(server());
        try {
            for (int i = 0; i < RESUMES; i++) {
                if (i % 10 == 9) {
                    client.close();
                    client = StreamClient.reading(server());
                }
                String topic =
                        switch (random.nextInt(3)) {
                            case 0 -> "signals:ETHBTC";
                            case 1 -> "signals:LTCBTC";
                            default -> "signals:*";
                        };
                long head = head();
                long since = head - random.nextInt(FARTHEST);
                client.send(StreamEndpointTest.resume(topic, epoch, since));
                JsonNode ack = client.next("ack");
                assertThat(ack.path("recovered").asBoolean()).as(ack.toString()).isTrue();
                List<Long> seqs = new ArrayList<>();
                // At least one that was published after it had been made up for.
                while (seqs.isEmpty() || seqs.getLast() <= ack.path("seq").asLong()) {
                    seqs.add(client.next("signal").path("seq").asLong());
                }
                client.send("{\"op\":\"unsubscribe\",\"id\":\"u\",\"topics\":[\"" + topic + "\"]}");
                for (JsonNode more = client.next();
                        !more.path("type").asText().equals("ack");
                        more = client.next()) {
                    seqs.add(more.path("seq").asLong());
                }
                seen.add(new Seen(topic, since, seqs));
            }
        } finally {
            client.close();
        }
        return seen;
    }

    private long head() {
        return Await.item(ledger::head);
    }

    private List<Signal> everythingAfter(long seq) {
        List<Signal> all = new ArrayList<>();
        long last = seq;
        while (true) {
            long after = last;
            List<Signal> page = Await.item(() -> ledger.after(null, after, SignalLedger.MAX_BATCH));
            if (page.isEmpty()) {
                return all;
            }
            all.addAll(page);
            last = page.getLast().seq();
        }
    }

    private static boolean isOn(String topic, Signal signal) {
        return topic.equals("signals:*") || topic.equals("signals:" + signal.symbol().name());
    }

    private URI server() {
        return URI.create(http.toString().replaceFirst("^http", "ws"));
    }
}
