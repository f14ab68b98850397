package io.auspex.serving;

import static io.auspex.serving.TinyModels.tiny;
import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelPromoted;
import io.auspex.registry.ModelRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Two servers on one database, as two pods have them. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class PromotionListenerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Inject ModelServer here;
    @Inject ModelRegistry registry;
    @Inject LiveFeatures live;
    @Inject ServingConfig config;
    @Inject Event<ModelPromoted> promoted;
    @Inject ModelServerTest.News news;
    @Inject Pool pool;
    @Inject Vertx vertx;

    @ConfigProperty(name = "quarkus.datasource.reactive.url")
    String url;

    @ConfigProperty(name = "quarkus.datasource.username")
    String username;

    @ConfigProperty(name = "quarkus.datasource.password")
    Optional<String> password;

    private final ModelRegistry theirs = new ModelRegistry();
    private ModelServer there;
    private String model;

    @BeforeEach
    void declareAModelOfItsOwn(TestInfo test) {
        model = "l-" + Integer.toHexString(test.getDisplayName().hashCode());
        MarketSpec market = new MarketSpec("simulated", List.of(), Timeframe.FIVE_MINUTES);
        await(() -> registry.declare(ModelSpec.standard(model, market)));
        there = another(theirs);
    }

    @AfterEach
    void stop() {
        there.stop();
    }

    @Test
    void whatAnotherProcessPromotesServesHereAndIsNews() {
        promotedThere(1);
        until(() -> here.serves(model, 1));
        until(() -> news.of(model).size() == 1);
        assertThat(news.of(model).getFirst().reason()).isEqualTo("better");

        promotedThere(2);
        until(() -> here.serves(model, 2));
        await(() -> there.rollback(model, "worse"));
        until(() -> news.of(model).stream().anyMatch(ModelPromoted::rollback));
        until(() -> here.serves(model, 1));
    }

    @Test
    void aLostConnectionIsMadeAnew() {
        until(() -> listeners().size() == 1);
        int listener = listeners().getFirst();
        await(() -> pool.query("select pg_terminate_backend(" + listener + ")").execute());
        until(() -> listeners().size() == 1 && listeners().getFirst() != listener);
        promotedThere(1);
        until(() -> here.serves(model, 1));
    }

    @Test
    void whatNobodyWasToldOfIsFoundByAsking() {
        int version = add(1);
        await(() -> registry.promote(model, version, "told to nobody who listens", false));
        assertThat(here.serves(model, version)).as("our own news is ignored").isFalse();
        PromotionListener asking =
                new PromotionListener(here, registry, vertx, config, url, username, password);
        asking.pollOnce();
        assertThat(here.serves(model, version)).isTrue();
        assertThat(news.of(model)).hasSize(1);
        asking.pollOnce();
        assertThat(news.of(model)).hasSize(1);
    }

    private void promotedThere(float bias) {
        int version = add(bias);
        await(() -> there.promote(model, version, "better", false));
    }

    private int add(float bias) {
        TinyModels made = tiny().named(model).bias(bias);
        return await(() -> registry.add(model, "test", made.schema(), made.onnx(), made.report()))
                .version();
    }

    private ModelServer another(ModelRegistry itsRegistry) {
        return new ModelServer(
                itsRegistry,
                live,
                NoNews.ofPromotions(),
                config,
                new SimpleMeterRegistry(),
                "evidence");
    }

    /** Processes of PostgreSQL whose client listens for promotions, and for nothing after that. */
    private List<Integer> listeners() {
        List<Integer> pids = new ArrayList<>();
        await(() ->
                        pool.query(
                                        "select pid from pg_stat_activity where datname ="
                                                + " current_database() and query ilike 'listen %"
                                                + ModelRegistry.PROMOTION_CHANNEL
                                                + "%'")
                                .execute())
                .forEach(row -> pids.add(row.getInteger(0)));
        return pids;
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience").isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static <T> T await(Supplier<Uni<T>> work) {
        return Await.item(work);
    }
}
