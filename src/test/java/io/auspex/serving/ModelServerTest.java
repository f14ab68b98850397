package io.auspex.serving;

import static io.auspex.serving.TinyModels.tiny;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelPromoted;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.RegisteredModel;
import io.auspex.registry.VersionState;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class ModelServerTest {

    private static final float[] ROW = {1, 2, 3};

    @Inject ModelServer server;
    @Inject ModelRegistry registry;
    @Inject Predictor predictor;
    @Inject LiveFeatures live;
    @Inject MeterRegistry meters;
    @Inject News news;
    @Inject ServingConfig config;

    private String model = "unnamed";

    @BeforeEach
    void declareAModelOfItsOwn(TestInfo test) {
        model = "s-" + Integer.toHexString(test.getDisplayName().hashCode());
        MarketSpec market = new MarketSpec("simulated", List.of(), Timeframe.FIVE_MINUTES);
        await(() -> registry.declare(ModelSpec.standard(model, market)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 17})
    void aNumberOfRowsTogetherThatNothingWasTriedForIsRefusedAtTheStart(int rows) {
        ServingConfig wrong =
                (ServingConfig)
                        Proxy.newProxyInstance(
                                ServingConfig.class.getClassLoader(),
                                new Class<?>[] {ServingConfig.class},
                                (_, method, arguments) ->
                                        method.getName().equals("togetherRows")
                                                ? rows
                                                : method.invoke(config, arguments));
        assertThatThrownBy(() ->
                        new ModelServer(
                                registry,
                                live,
                                NoNews.ofPromotions(),
                                wrong,
                                new SimpleMeterRegistry(),
                                "evidence"))
                .hasMessageContaining("auspex.serving.together-rows must be from 1 to 16")
                .hasMessageContaining("not " + rows);
    }

    @Test
    void aPromotionServesIsCommittedAndIsNews() {
        add(good(1));
        RegisteredModel after = await(() -> server.promote(model, 1, "better", true));
        assertThat(after.champion()).isEqualTo(1);
        assertThat(version(1).state()).isEqualTo(VersionState.PROMOTED);
        Prediction prediction = predicted();
        assertThat(prediction.version()).isEqualTo(1);
        assertThat(prediction.unproven()).isTrue();
        assertThat(news.of(model))
                .containsExactly(
                        new ModelPromoted(model, 1, null, "better", false, after.updatedAt()));
        assertThat(status().version()).isEqualTo(1);
        assertThat(status().problem()).isNull();
        assertThat(status().rowNanos()).isPositive();
        assertThat(meters.get("auspex.swaps").tags("model", model, "result", "published"))
                .satisfies(found -> assertThat(found.counter().count()).isEqualTo(1));
        assertThat(meters.get("auspex.swap").tags("model", model, "step", "self_test").timer())
                .satisfies(timer -> assertThat(timer.count()).isEqualTo(1));
        assertThat(meters.get("auspex.predict").tag("model", model).timer().count()).isEqualTo(1);
        assertThat(meters.get("auspex.sessions.live").gauge().value()).isPositive();
    }

    @Test
    void aModelThatWasNeverPromotedSaysSo() {
        add(good(1));
        assertThat(predictor.predict(model, ROW)).isEqualTo(new Answer.NoModel(model));
        assertThat(predictor.predict("nobody", ROW)).isEqualTo(new Answer.NoModel("nobody"));
    }

    @Test
    void aCandidateThatCannotServeIsRejectedAndTheOldOneGoesOn() {
        promoted(good(1));
        int sessions = server.liveSessions();
        byte[] good = good(2).onnx();
        byte[] corrupt = Arrays.copyOf(good, good.length / 3);
        List<byte[]> bad =
                List.of(
                        corrupt,
                        good(3).input("x").onnx(),
                        good(4).without("auspex.market").onnx(),
                        tiny().named("other").onnx(),
                        good(5).features(List.of("a", "b", "c")).onnx());
        for (byte[] onnx : bad) {
            ModelVersion added =
                    await(() ->
                            registry.add(model, "test", good(1).schema(), onnx, good(1).report()));
            assertRefused(added.version(), "");
        }
        int liar = add(good(6).probeError(1e-3));
        assertRefused(liar, "self-test: p_up of probe row 0");
        TinyModels unknown = good(7).features(List.of("moon_phase@5m", "b", "c"));
        assertRefused(add(unknown), "cannot be computed");
        assertThat(predicted().version()).isEqualTo(1);
        assertThat(status().problem()).isNull();
        eventuallyAtMost(sessions);
        assertThat(meters.get("auspex.swaps").tags("model", model, "result", "refused").counter())
                .satisfies(counter -> assertThat(counter.count()).isEqualTo(7));
    }

    @Test
    void whatDoesNotExistCannotBePromoted() {
        assertFails("no-such-model", () -> server.promote("nobody", 1, "why", false));
        assertFails("no-such-version", () -> server.promote(model, 9, "why", false));
        assertFails("no-previous", () -> server.rollback(model, "why"));
        assertThat(server.status()).noneMatch(status -> status.model().equals("nobody"));
        promoted(good(1));
        assertFails("already-champion", () -> server.promote(model, 1, "again", false));
        assertThat(predicted().version()).isEqualTo(1);
    }

    @Test
    void aRollbackGoesBackAndForthAgain() {
        promoted(good(1));
        promoted(good(2));
        assertThat(predicted().version()).isEqualTo(2);
        RegisteredModel back = await(() -> server.rollback(model, "worse"));
        assertThat(back.champion()).isEqualTo(1);
        assertThat(back.previous()).isEqualTo(2);
        assertThat(predicted().version()).isEqualTo(1);
        assertThat(news.of(model).getLast())
                .isEqualTo(new ModelPromoted(model, 1, 2, "worse", true, back.updatedAt()));
        await(() -> server.rollback(model, "not so bad"));
        assertThat(predicted().version()).isEqualTo(2);
        await(() -> server.promote(model, 1, "by hand", false));
        assertThat(predicted().version()).isEqualTo(1);
    }

    @Test
    void anUnloadedModelServesInNoVersionUntilItIsLoaded() {
        promoted(good(1));
        promoted(good(2));
        await(() -> server.pinned(model, 1)).close();
        // The session that version 2 took over from closes behind the promotion.
        eventually(() -> status().liveSessions() == 1, "one session of the model");
        int sessions = server.liveSessions();

        await(() -> server.unload(model));
        assertThat(predictor.predict(model, ROW)).isEqualTo(new Answer.NoModel(model));
        assertFails("no-model", () -> server.pinned(model, 1));
        assertFails("no-model", () -> server.pinned(model, 2));
        assertThat(status().version()).isNull();
        assertThat(status().problem()).contains("it was unloaded");
        assertThat(await(() -> registry.model(model)).orElseThrow().champion()).isEqualTo(2);
        eventuallyAtMost(sessions - 2);
        await(server::restore);
        assertThat(status().version()).as("a restore leaves it alone").isNull();

        await(() -> server.load(model));
        assertThat(predicted().version()).isEqualTo(2);
        assertThat(status().problem()).isNull();
        await(() -> server.pinned(model, 1)).close();
        assertThat(news.of(model)).as("loading is no promotion").hasSize(2);
    }

    @Test
    void aPromotionLoadsAnUnloadedModel() {
        promoted(good(1));
        await(() -> server.unload(model));
        promoted(good(2));
        assertThat(predicted().version()).isEqualTo(2);
    }

    @Test
    void requestsUnderWayOutliveAnUnloadAndAReload() {
        promoted(good(1));
        try (Lease before = server.acquire(model).orElseThrow()) {
            await(() -> server.load(model));
            assertThat(predicted().version()).isEqualTo(1);
            await(() -> server.unload(model));
            assertThat(before.model().predict(ROW).version()).isEqualTo(1);
        }
    }

    @Test
    void whatHasNoChampionCannotBeLoaded() {
        assertFails("no-model", () -> server.load(model));
        assertFails("no-such-model", () -> server.load("nobody"));
        assertFails("no-such-model", () -> server.unload("nobody"));
    }

    @Test
    void aRestartServesTheChampionsAndReportsTheOneThatCannot() {
        String broken = model + "-broken";
        await(() ->
                registry.declare(
                        ModelSpec.standard(
                                broken,
                                new MarketSpec("simulated", List.of(), Timeframe.FIVE_MINUTES))));
        await(() ->
                registry.add(broken, "test", tiny().schema(), new byte[] {1, 2}, tiny().report()));
        await(() -> registry.promote(broken, 1, "elsewhere", false));
        add(good(1));
        await(() -> registry.promote(model, 1, "elsewhere", true));
        assertThat(predictor.predict(model, ROW)).isInstanceOf(Answer.NoModel.class);

        await(server::restore);

        assertThat(predicted().version()).isEqualTo(1);
        assertThat(predicted().unproven()).isTrue();
        assertThat(predictor.predict(broken, ROW)).isEqualTo(new Answer.NoModel(broken));
        assertThat(server.status())
                .filteredOn(status -> status.model().equals(broken))
                .singleElement()
                .satisfies(status -> {
                    assertThat(status.version()).isNull();
                    assertThat(status.problem())
                            .contains("champion 1 does not serve")
                            .contains("ONNX Runtime refuses");
                });
        assertThat(news.of(model)).as("a restart is no promotion").isEmpty();
        int sessions = server.liveSessions();
        await(server::restore);
        assertThat(server.liveSessions()).isEqualTo(sessions);
    }

    @Test
    void promotionsUnderLoadLoseNoRequestAndEveryAnswerNamesItsMaker() throws Exception {
        int versions = 12;
        for (int number = 1; number <= versions; number++) {
            add(good(number));
        }
        await(() -> server.promote(model, 1, "first", false));
        AtomicBoolean asking = new AtomicBoolean(true);
        List<Future<Integer>> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            for (int i = 0; i < 3; i++) {
                answers.add(
                        threads.submit(() -> {
                            int count = 0;
                            while (asking.get()) {
                                Prediction prediction = predicted();
                                assertThat(prediction.heads().get(Head.EXPECTED_RETURN))
                                        .isCloseTo(
                                                good(prediction.version())
                                                        .answer(Head.EXPECTED_RETURN, ROW),
                                                within(1e-6));
                                if (++count % 20 == 0) {
                                    LockSupport.parkNanos(500_000);
                                }
                            }
                            return count;
                        }));
            }
            // Asked for at once, they happen one after the other.
            List<Future<RegisteredModel>> swaps = new ArrayList<>();
            for (int number = 2; number <= versions; number++) {
                int version = number;
                swaps.add(swapping(() -> server.promote(model, version, "better", false)));
                if (number % 4 == 0) {
                    for (Future<RegisteredModel> swap : swaps) {
                        swap.get();
                    }
                    swaps.clear();
                }
            }
            asking.set(false);
            for (Future<Integer> each : answers) {
                assertThat(each.get()).isPositive();
            }
        }
        assertThat(news.of(model)).hasSize(versions);
        RegisteredModel after = await(() -> registry.model(model)).orElseThrow();
        assertThat(predicted().version()).isEqualTo(after.champion());
    }

    @Test
    void moreThanAFewWaitingSwapsAreTurnedAway() throws Exception {
        ServedModel served = new ServedModel("busy", Runnable::run);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            AtomicBoolean held = new AtomicBoolean(true);
            List<Future<Boolean>> waiting = new ArrayList<>();
            for (int i = 0; i < ServedModel.MAX_WAITING + 1; i++) {
                waiting.add(
                        threads.submit(() ->
                                served.inTurn(() -> {
                                    while (held.get()) {
                                        LockSupport.parkNanos(100_000);
                                    }
                                    return true;
                                })));
            }
            while (waiting.stream().noneMatch(Future::isDone)) {
                LockSupport.parkNanos(100_000);
            }
            held.set(false);
            assertThat(waiting)
                    .filteredOn(each -> failed(each))
                    .singleElement()
                    .satisfies(each ->
                            assertThat(each.exceptionNow())
                                    .isInstanceOfSatisfying(
                                            Failure.class,
                                            failure ->
                                                    assertThat(failure.slug())
                                                            .isEqualTo("swaps-waiting")));
        }
    }

    @Test
    void versionsAreAskedByNumberWhetherTheyServeOrNot() {
        promoted(good(1));
        add(good(2));
        int sessions = server.liveSessions();
        try (Lease champion = await(() -> server.pinned(model, 1))) {
            assertThat(server.liveSessions()).as("no second session").isEqualTo(sessions);
            assertThat(champion.model().predict(ROW).version()).isEqualTo(1);
        }
        try (Lease candidate = await(() -> server.pinned(model, 2))) {
            Prediction prediction = candidate.model().predict(ROW);
            assertThat(prediction.version()).isEqualTo(2);
            assertThat(prediction.heads().get(Head.EXPECTED_RETURN))
                    .isCloseTo(good(2).answer(Head.EXPECTED_RETURN, ROW), within(1e-6));
        }
        assertThat(predicted().version()).isEqualTo(1);
        assertThat(version(2).state()).isEqualTo(VersionState.CANDIDATE);
        assertPinFails("no-such-version", 9);
        assertThat(
                        catchThrowableOfType(
                                        Failure.class,
                                        () -> await(() -> server.pinned("nobody", 1)))
                                .slug())
                .isEqualTo("no-such-model");
        int liar = add(good(3).probeError(1e-3));
        assertPinFails("version-unusable", liar);
        assertPinFails("version-unusable", liar);
        assertThat(version(liar).state()).as("nobody judged it").isEqualTo(VersionState.CANDIDATE);
    }

    @Test
    void aSwapTellsWhatTheOldOneStillServedAndWhatMemoryItTook() {
        promoted(good(1));
        Lease reader = server.acquire(model).orElseThrow();
        promoted(good(2));
        reader.model().predict(ROW);
        reader.model().predict(ROW);
        assertThat(meters.get("auspex.swap.drained.requests").tag("model", model).counter().count())
                .isEqualTo(2);
        reader.close();
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (meters.find("auspex.swap.resident").tags("model", model, "when", "after").gauge()
                        == null
                && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        for (String when : List.of("before", "after")) {
            assertThat(
                            meters.get("auspex.swap.resident")
                                    .tags("model", model, "when", when)
                                    .gauge()
                                    .value())
                    .isGreaterThan(1e7);
        }
        assertThat(meters.get("auspex.swap").tags("model", model, "step", "drain").timer().count())
                .isEqualTo(1);
        assertThat(meters.get("auspex.resident").gauge().value()).isGreaterThan(1e7);
    }

    @Test
    void emitsOnTheContextOfTheSubscriberSoThatItMayGoOnWithTheDatabase() {
        add(good(1));
        ModelVersion read =
                await(() ->
                        server.promote(model, 1, "chained", false)
                                .invoke(() ->
                                        assertThat(Vertx.currentContext().isEventLoopContext())
                                                .isTrue())
                                .chain(() -> registry.version(model, 1))
                                .map(Optional::orElseThrow));
        assertThat(read.reason()).isEqualTo("chained");
    }

    @Test
    void featuresAreNamedCompleteAndFinite() {
        promoted(good(1));
        Map<String, Double> features = new HashMap<>();
        features.put("rsi_14@5m", 1.0);
        features.put("momentum_24@5m", 2.0);
        features.put("volatility_12@5m", 3.0);
        assertThat(predictor.predict(model, features)).isEqualTo(predictor.predict(model, ROW));
        features.put("momentum_24@5m", Double.NaN);
        features.put("volatility_12@5m", 1e300);
        features.remove("rsi_14@5m");
        for (int i = 0; i < 5; i++) {
            features.put("extra" + i, 0.0);
        }
        Failure failure =
                catchThrowableOfType(Failure.class, () -> predictor.predict(model, features));
        assertThat(failure.category()).isEqualTo(Failure.Category.INVALID);
        assertThat(failure.slug()).isEqualTo("invalid-features");
        assertThat(failure).hasMessageContaining("and 3 more");
        assertThatThrownBy(() -> predictor.predict(model, Map.of()))
                .hasMessageContaining("missing rsi_14@5m, missing momentum_24@5m");
        assertThatThrownBy(() -> predictor.predict(model, new float[2]))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("takes 3 features, not 2");
    }

    @Test
    void asksAboutTheLiveVectorOfASymbolOfItsOwnMarket() {
        Symbol eth = MemoryHistory.ETH;
        MarketSpec elsewhere = new MarketSpec("replay:days", List.of(), Timeframe.FIVE_MINUTES);
        promoted(good(1));
        MemoryHistory market = new MemoryHistory();
        live.accept(market.next("simulated:99"));
        assertThat(predictor.predict(model, eth)).isInstanceOf(Answer.NotReady.class);
        MarketClose last = market.next("simulated:99");
        for (int i = 0; i < 60; i++) {
            live.accept(last);
            last = market.next("simulated:99");
        }
        live.accept(last);
        Answer answer = predictor.predict(model, eth);
        assertThat(answer).isInstanceOf(Answer.Predicted.class);
        Answer.Predicted predicted = (Answer.Predicted) answer;
        LiveVector vector = predicted.vector();
        assertThat(vector.closeTimeMillis()).isEqualTo(last.closeTimeMillis());
        assertThat(vector.closePrice()).isEqualTo(last.candles().get(1).close());
        assertThat(predicted.prediction().heads().get(Head.P_UP))
                .isCloseTo(good(1).answer(Head.P_UP, vector.values().toArray()), within(1e-6));
        assertThat(predictor.predict(model, new Symbol("LTCBTC")))
                .isEqualTo(new Answer.WrongMarket("simulated:99 has no LTCBTC"));

        promoted(good(2).market(elsewhere));
        assertThat(predictor.predict(model, eth))
                .isEqualTo(
                        new Answer.WrongMarket(
                                model
                                        + " speaks for replay:days at 5m; live is simulated:99 at"
                                        + " 5m"));
        promoted(
                good(3).market(
                                new MarketSpec(
                                        "simulated",
                                        List.of(MemoryHistory.BTC),
                                        Timeframe.FIVE_MINUTES)));
        assertThat(predictor.predict(model, eth))
                .isEqualTo(
                        new Answer.WrongMarket(
                                model + " does not speak for ETHBTC, only for [BTCUSDT]"));
    }

    @Test
    void theDefaultsAreTheDocumentedOnes() {
        assertThat(config.warmUpRuns()).isEqualTo(500);
        assertThat(config.drainTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.loaderThreads()).isEqualTo(1);
        assertThat(config.pinnedVersions()).isEqualTo(4);
        assertThat(config.memoryFactor()).isEqualTo(2);
        assertThat(config.memoryFloor().asLongValue()).isEqualTo(64 * 1024 * 1024);
    }

    private TinyModels good(int number) {
        return tiny().named(model).bias(number * 0.01f);
    }

    private int add(TinyModels file) {
        return await(() -> registry.add(model, "test", file.schema(), file.onnx(), file.report()))
                .version();
    }

    private void promoted(TinyModels file) {
        int number = add(file);
        await(() -> server.promote(model, number, "better", false));
    }

    private Prediction predicted() {
        return ((Answer.Predicted) predictor.predict(model, ROW)).prediction();
    }

    private ModelVersion version(int number) {
        return await(() -> registry.version(model, number)).orElseThrow();
    }

    private ServingStatus status() {
        return server.status().stream()
                .filter(status -> status.model().equals(model))
                .findFirst()
                .orElseThrow();
    }

    private void assertRefused(int number, String reason) {
        assertFails("version-unusable", () -> server.promote(model, number, "better", false));
        ModelVersion refused = version(number);
        assertThat(refused.state()).isEqualTo(VersionState.REJECTED);
        assertThat(refused.reason()).contains("cannot serve").contains(reason);
    }

    /** Sessions that other tests have left may close meanwhile. */
    private void eventuallyAtMost(int sessions) {
        eventually(() -> server.liveSessions() <= sessions, "at most " + sessions + " sessions");
    }

    private static void eventually(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(condition.getAsBoolean()).as(what).isTrue();
    }

    private void assertPinFails(String slug, int number) {
        Failure failure =
                catchThrowableOfType(
                        Failure.class, () -> await(() -> server.pinned(model, number)));
        assertThat(failure.slug()).isEqualTo(slug);
    }

    private static <T> void assertFails(String slug, Supplier<Uni<T>> work) {
        Failure failure = catchThrowableOfType(Failure.class, () -> await(work));
        assertThat(failure.slug()).isEqualTo(slug);
    }

    private static boolean failed(Future<?> future) {
        while (!future.isDone()) {
            LockSupport.parkNanos(100_000);
        }
        return future.state() == Future.State.FAILED;
    }

    private static <T> Future<T> swapping(Supplier<Uni<T>> work) {
        FutureTask<T> task = new FutureTask<>(() -> await(work));
        Thread.ofVirtual().start(task);
        return task;
    }

    private static <T> T await(Supplier<Uni<T>> work) {
        return Await.item(work);
    }

    /** Hears of promotions. */
    @ApplicationScoped
    static class News {

        private final Queue<ModelPromoted> heard = new ConcurrentLinkedQueue<>();

        void promoted(@Observes ModelPromoted promotion) {
            heard.add(promotion);
        }

        List<ModelPromoted> of(String model) {
            return heard.stream().filter(news -> news.model().equals(model)).toList();
        }
    }
}
