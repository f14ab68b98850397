package io.auspex.signals;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.api.LiveService;
import io.auspex.ingest.CandleStore;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.platform.Await;
import io.auspex.platform.FaultProxy;
import io.auspex.platform.NotTheLeader;
import io.auspex.platform.PostgresResource;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.ModelServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgBuilder;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Between the pipeline and its PostgreSQL there is a line that can be cut. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class LedgerAwayTest {

    private static final int SYMBOLS = LiveService.SYMBOLS.size();

    @Inject LiveService service;
    @Inject SignalLedger ledger;
    @Inject LiveFeatures features;
    @Inject ModelServer models;
    @Inject CandleStore candles;
    @Inject CandleHistory history;
    @Inject Vertx vertx;
    @Inject Pool direct;

    @ConfigProperty(name = "quarkus.datasource.reactive.url")
    String url;

    @ConfigProperty(name = "quarkus.datasource.username")
    String username;

    @ConfigProperty(name = "quarkus.datasource.password")
    String password;

    @TempDir Path folder;
    private final SignalHub hub = new SignalHub();
    private final List<Signal> heard = Collections.synchronizedList(new ArrayList<>());
    private final List<ProvisionalSignal> provisional =
            Collections.synchronizedList(new ArrayList<>());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicInteger refusedForTheLead = new AtomicInteger();
    private final AtomicInteger onTheWay = new AtomicInteger();

    /** An append goes on to the database when this is complete. */
    private volatile CompletableFuture<Boolean> way = CompletableFuture.completedFuture(true);

    private String appendTimeout = "500ms";
    private FaultProxy line;
    private Pool pool;
    private SignalPipeline pipeline;
    private String model;

    @BeforeEach
    void begin() {
        model = "away-" + System.nanoTime();
        service.warmUp();
        service.promote(model, 0.1f);
        PgConnectOptions address =
                PgConnectOptions.fromUri(url).setUser(username).setPassword(password);
        line = FaultProxy.to(address.getHost(), address.getPort());
        pool =
                PgBuilder.pool()
                        .connectingTo(
                                new PgConnectOptions(address)
                                        .setHost("127.0.0.1")
                                        .setPort(line.port()))
                        .with(new PoolOptions().setMaxSize(4))
                        .using(vertx)
                        .build();
        pipeline = pipeline(100_000);
        pipeline.start(null);
        hub.subscribe(_ -> {}, news -> news.stream().filter(this::isMine).forEach(heard::add));
        hub.subscribeProvisional(news ->
                news.stream()
                        .filter(each -> each.signal().model().equals(model))
                        .forEach(provisional::add));
    }

    @AfterEach
    void end() throws IOException {
        pipeline.stop();
        pool.closeAndForget();
        line.close();
    }

    @Test
    void whatIsSaidMeanwhileIsPublishedAsProvisionalAndIsInTheLedgerInOrderWhenItIsBack() {
        pipeline.onClose(stored());
        assertThat(heard).hasSize(SYMBOLS);
        assertThat(provisional).isEmpty();
        long head = Await.item(ledger::head);

        line.cut();
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            MarketClose close = stored();
            pipeline.onClose(close);
            times.add(close.closeTimeMillis());
        }
        assertThat(provisional).hasSize(4 * SYMBOLS);
        assertThat(heard).hasSize(SYMBOLS);
        assertThat(Await.item(ledger::head)).isEqualTo(head);
        assertThat(pipeline.status().spooled()).isGreaterThanOrEqualTo(4L * SYMBOLS);
        assertThat(meters.get("auspex.spool.signals").gauge().value())
                .isEqualTo(pipeline.status().spooled());

        line.restore();
        await(() -> pipeline.status().spooled() == 0);
        assertThat(heard).hasSize(5 * SYMBOLS);
        List<Signal> later = heard.subList(SYMBOLS, heard.size());
        for (int i = 0; i < later.size(); i++) {
            Signal durable = later.get(i);
            PendingSignal said = provisional.get(i).signal();
            assertThat(durable.closeTime().toEpochMilli()).isEqualTo(times.get(i / SYMBOLS));
            assertThat(durable.symbol()).isEqualTo(said.symbol());
            assertThat(durable.heads()).isEqualTo(said.heads());
            assertThat(durable.action()).isEqualTo(said.decision().action());
            assertThat(Await.item(() -> ledger.receipt(durable.id()))).contains(said.receipt());
        }
        requireNothingTwiceAndNoGap(head);
        assertThat(pipeline.status().skippedCloses()).isZero();
        pipeline.onClose(stored());
        assertThat(heard).as("and straight into the ledger again").hasSize(6 * SYMBOLS);
        assertThat(provisional).hasSize(4 * SYMBOLS);
    }

    @Test
    void soItIsWhenTheServiceEndsMeanwhile() throws IOException {
        long head = Await.item(ledger::head);
        line.cut();
        MarketClose first = stored();
        MarketClose second = stored();
        pipeline.onClose(first);
        pipeline.onClose(second);
        pipeline.stop();
        assertThat(Await.item(ledger::head)).isEqualTo(head);

        line.restore();
        pipeline = pipeline(100_000);
        assertThat(pipeline.hasHandled(LiveService.FEED, second.closeTimeMillis())).isTrue();
        provisional.clear();
        pipeline.start(null);
        await(() -> pipeline.status().spooled() == 0);
        assertThat(heard)
                .extracting(signal -> signal.closeTime().toEpochMilli())
                .containsExactly(
                        first.closeTimeMillis(),
                        first.closeTimeMillis(),
                        first.closeTimeMillis(),
                        second.closeTimeMillis(),
                        second.closeTimeMillis(),
                        second.closeTimeMillis());
        assertThat(provisional).isEmpty();
        requireNothingTwiceAndNoGap(head);
        assertThat(pipeline.hasHandled(LiveService.FEED, second.closeTimeMillis())).isTrue();
    }

    /** Its publication would be lost otherwise: who starts again holds it for published. */
    @Test
    void whatIsOnItsWayWhenTheServiceEndsIsWaitedForAndPublished() throws Exception {
        pipeline.stop();
        appendTimeout = "4s";
        pipeline = pipeline(100_000);
        pipeline.start(null);
        line.cut();
        pipeline.onClose(stored());
        way = new CompletableFuture<>();
        int before = onTheWay.get();
        await(() -> onTheWay.get() > before);
        line.restore();
        FutureTask<Boolean> stop =
                new FutureTask<>(() -> {
                    pipeline.stop();
                    return true;
                });
        Thread stopping = Thread.ofVirtual().start(stop);
        await(() -> stopping.getState() == Thread.State.TIMED_WAITING);
        way.complete(true);
        assertThat(stop.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(heard).hasSize(SYMBOLS);
        assertThat(pipeline.status().spooled()).isZero();
    }

    /** A killed service's session may outlive it, and with it its lead. */
    @Test
    void afterARestartWhatWaitsWaitsForTheLeadTooAndIsNotTakenForRefused() throws IOException {
        long head = Await.item(ledger::head);
        line.cut();
        MarketClose close = stored();
        pipeline.onClose(close);
        pipeline.stop();
        leadOfAnother(true);
        try {
            line.restore();
            pipeline = pipeline(100_000);
            pipeline.start(null);
            await(() -> refusedForTheLead.get() > 0);
            // Models of other tests may speak of the close as well.
            assertThat(pipeline.status().spooled()).isGreaterThanOrEqualTo(SYMBOLS);
            assertThat(heard).isEmpty();
        } finally {
            leadOfAnother(false);
        }
        await(() -> pipeline.status().spooled() == 0);
        assertThat(heard).hasSize(SYMBOLS);
        assertThat(heard)
                .extracting(signal -> signal.closeTime().toEpochMilli())
                .containsOnly(close.closeTimeMillis());
        assertThat(pipeline.status().skippedCloses()).isZero();
        requireNothingTwiceAndNoGap(head);
    }

    @Test
    void whatAnotherLeaderHasGoneBeyondIsDroppedWithItsReason() throws IOException {
        line.cut();
        pipeline.onClose(stored());
        pipeline.stop();
        SignalPipeline other = pipeline(100_000, folder.resolve("elsewhere"), direct);
        other.start(null);
        other.onClose(stored());
        other.stop();
        assertThat(heard).hasSize(SYMBOLS);
        leadOfAnother(true);
        try {
            line.restore();
            pipeline = pipeline(100_000);
            pipeline.start(null);
            await(() -> pipeline.status().spooled() == 0);
        } finally {
            leadOfAnother(false);
        }
        assertThat(heard).hasSize(SYMBOLS);
        assertThat(pipeline.status().skippedCloses()).isEqualTo(1);
    }

    /** Somebody else may write of the feed, and nobody but them; or whoever likes to. */
    private void leadOfAnother(boolean leads) {
        String office = "ingest:" + LiveService.FEED;
        Await.item(() ->
                direct.preparedQuery(
                                leads
                                        ? "insert into leader values ($1, 'another', 'elsewhere', 1,"
                                                + " now(), now())"
                                        : "delete from leader where office = $1")
                        .execute(Tuple.of(office)));
    }

    /** What was sent into a dead line may arrive after all. */
    @Test
    void aLineThatIsDeadWithoutSayingSoDelaysOneCloseAndDoublesNothing() {
        pipeline.onClose(stored());
        long head = Await.item(ledger::head);
        line.freeze();
        for (int i = 0; i < 3; i++) {
            pipeline.onClose(stored());
        }
        assertThat(provisional).hasSize(3 * SYMBOLS);
        line.restore();
        await(() -> pipeline.status().spooled() == 0);
        assertThat(heard).hasSize(4 * SYMBOLS);
        requireNothingTwiceAndNoGap(head);
    }

    @Test
    void aFullSpoolMakesTheFeedWaitAndLosesNothing() throws Exception {
        pipeline.stop();
        pipeline = pipeline(1);
        pipeline.start(null);
        long head = Await.item(ledger::head);
        line.cut();
        pipeline.onClose(stored());
        assertThat(provisional).hasSize(SYMBOLS);
        MarketClose waits = stored();
        Thread feed = Thread.ofVirtual().start(() -> pipeline.onClose(waits));
        await(() -> feed.getState() == Thread.State.TIMED_WAITING);
        assertThat(provisional).hasSize(SYMBOLS);
        line.restore();
        assertThat(feed.join(Duration.ofSeconds(20))).isTrue();
        await(() -> pipeline.status().spooled() == 0);
        assertThat(heard).hasSize(2 * SYMBOLS);
        requireNothingTwiceAndNoGap(head);
    }

    private SignalPipeline pipeline(int spool) {
        return pipeline(spool, folder.resolve("signals"), pool);
    }

    private SignalPipeline pipeline(int spool, Path file, Pool database) {
        SignalsConfig config =
                new SmallRyeConfigBuilder()
                        .withMapping(SignalsConfig.class)
                        .withDefaultValue("auspex.signals.append-attempts", "2")
                        .withDefaultValue("auspex.signals.append-backoff", "10ms")
                        .withDefaultValue("auspex.signals.append-timeout", appendTimeout)
                        .withDefaultValue("auspex.signals.spool", String.valueOf(spool))
                        .addDiscoveredConverters()
                        .build()
                        .getConfigMapping(SignalsConfig.class);
        return new SignalPipeline(
                features,
                models,
                new SignalLedger(database) {
                    @Override
                    public Uni<List<Signal>> append(List<PendingSignal> signals) {
                        onTheWay.incrementAndGet();
                        return Uni.createFrom()
                                .completionStage(way)
                                .chain(() -> super.append(signals))
                                .onFailure(NotTheLeader::isCauseOf)
                                .invoke(refusedForTheLead::incrementAndGet);
                    }
                },
                hub,
                config,
                List.of(),
                history,
                file,
                InstantSource.system(),
                meters);
    }

    private MarketClose stored() {
        MarketClose close = service.next();
        candles.storeAndAwait(List.of(close));
        return close;
    }

    private boolean isMine(Signal signal) {
        return signal.model().equals(model);
    }

    private void requireNothingTwiceAndNoGap(long before) {
        List<Signal> all = Await.item(() -> ledger.after(null, before, SignalLedger.MAX_BATCH));
        assertThat(all)
                .extracting(Signal::seq)
                .isEqualTo(
                        LongStream.rangeClosed(before + 1, before + all.size()).boxed().toList());
        assertThat(all)
                .extracting(signal -> signal.model() + signal.symbol() + signal.closeTime())
                .doesNotHaveDuplicates();
        assertThat(heard).extracting(Signal::seq).isSorted().doesNotHaveDuplicates();
        assertThat(Files.exists(folder.resolve("signals"))).isTrue();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
