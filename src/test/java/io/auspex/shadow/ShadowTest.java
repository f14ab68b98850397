package io.auspex.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.features.FeatureSet;
import io.auspex.ingest.CandleStore;
import io.auspex.ingest.SimulatedMarket;
import io.auspex.ingest.SimulatedMarketGenerator;
import io.auspex.market.CloseListener;
import io.auspex.market.MarketClose;
import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelPolicy;
import io.auspex.registry.ModelPromoted;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelSettings;
import io.auspex.registry.RegisteredModel;
import io.auspex.registry.VersionState;
import io.auspex.serving.ModelServer;
import io.auspex.shadow.ShadowTrial.Kind;
import io.auspex.shadow.ShadowTrial.State;
import io.auspex.signals.Signal;
import io.auspex.signals.SignalHub;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Three models on the same simulated closes, with real sessions and a real database: a bad champion
 * promoted by hand, a bad challenger, and a good challenger of a bad champion.
 */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class ShadowTest {

    private static final String WATCHED = "shadow-watched";
    private static final String DEFENDED = "shadow-defended";
    private static final String TAKEN_OVER = "shadow-taken-over";
    private static final int SHADOW_CLOSES = 600;
    private static final int HORIZON = 24;

    private static final SimulatedMarket MARKET =
            new SimulatedMarket(21, 3.0, 5, 3, Timeframe.FIVE_MINUTES, 0);

    @Inject ModelRegistry registry;
    @Inject ModelSettings settings;
    @Inject ModelServer server;
    @Inject CandleStore candles;
    @Inject CloseListener pipeline;
    @Inject ShadowRunner runner;
    @Inject TrialStore trials;
    @Inject ShadowConfig config;
    @Inject SignalHub hub;
    @Inject News news;

    private final SimulatedMarketGenerator market = new SimulatedMarketGenerator(MARKET);
    private final List<Signal> published = new ArrayList<>();

    @ApplicationScoped
    static class News {

        private final Queue<ModelPromoted> heard = new ConcurrentLinkedQueue<>();

        void promoted(@Observes ModelPromoted promotion) {
            heard.add(promotion);
        }

        List<ModelPromoted> of(String model) {
            return heard.stream().filter(promotion -> promotion.model().equals(model)).toList();
        }
    }

    @Test
    void whatIsWorseLeavesAndWhatIsBetterStays() throws Exception {
        history();
        try (var _ = hub.subscribe(_ -> {}, published::addAll)) {
            prepare();
            int rolledBackAfter = run();
            assertThat(rolledBackAfter).isBetween(1, config.watchCloses() + HORIZON + 1);
        }
        aChampionMadeWorseOnPurposeIsRolledBack();
        aBadChallengerIsRejectedAndSaidNothing();
        aGoodChallengerTakesOver();
    }

    private void prepare() throws Exception {
        declare(WATCHED);
        promote(WATCHED, add(WATCHED, false));
        int bad = add(WATCHED, true);
        await(() -> server.promoteByHand(WATCHED, bad, "by hand", false));

        declare(DEFENDED);
        promote(DEFENDED, add(DEFENDED, false));
        challenge(DEFENDED, add(DEFENDED, true));

        declare(TAKEN_OVER);
        promote(TAKEN_OVER, add(TAKEN_OVER, true));
        challenge(TAKEN_OVER, add(TAKEN_OVER, false));
    }

    /** Closes until all three are decided; returns how many it took to roll back. */
    private int run() throws Exception {
        int rolledBackAfter = 0;
        int most = Math.max(config.watchCloses(), SHADOW_CLOSES) + 2 * HORIZON;
        for (int close = 1; close <= most; close++) {
            MarketClose next = market.next();
            candles.storeAndAwait(List.of(next));
            pipeline.onClose(next);
            runner.settle();
            if (close == SHADOW_CLOSES / 2) {
                // What a swap or a restart does to it: it is loaded anew and goes on.
                List.of(WATCHED, DEFENDED, TAKEN_OVER).forEach(server::endShadow);
                runner.lookAround();
            }
            if (rolledBackAfter == 0 && champion(WATCHED) == 1) {
                rolledBackAfter = close;
            }
            if (rolledBackAfter > 0 && close > SHADOW_CLOSES + 2 * HORIZON) {
                return rolledBackAfter;
            }
        }
        return rolledBackAfter;
    }

    private void aChampionMadeWorseOnPurposeIsRolledBack() {
        ShadowTrial watch = last(WATCHED);
        assertThat(watch.kind()).isEqualTo(Kind.WATCH);
        assertThat(watch.state()).as(watch.toString()).isEqualTo(State.ROLLED_BACK);
        assertThat(watch.reason())
                .contains("v2 beside v1 that it replaced", "worse in", "0.00625 a test");
        RegisteredModel after = model(WATCHED);
        assertThat(after.champion()).isEqualTo(1);
        assertThat(after.previous()).isEqualTo(2);
        ModelPromoted told =
                news.of(WATCHED).stream().filter(ModelPromoted::rollback).findFirst().orElseThrow();
        assertThat(told.reason()).isEqualTo(watch.reason());
        assertThat(await(() -> registry.lastPromotion(WATCHED)).orElseThrow().rollback()).isTrue();
        assertThat(await(() -> trials.trials(WATCHED, 10))).as("a rollback is final").hasSize(1);
        assertThat(server.acquireShadow(WATCHED)).isEmpty();
    }

    private void aBadChallengerIsRejectedAndSaidNothing() {
        ShadowTrial challenge = last(DEFENDED);
        assertThat(challenge.state()).as(challenge.toString()).isEqualTo(State.REJECTED);
        assertThat(challenge.looked()).isEqualTo(1);
        assertThat(challenge.reason())
                .contains("v2 beside v1 as its challenger", "worse in", "600 live closes");
        var version = await(() -> registry.version(DEFENDED, 2)).orElseThrow();
        assertThat(version.state()).isEqualTo(VersionState.REJECTED);
        assertThat(version.reason()).isEqualTo(challenge.reason());
        assertThat(model(DEFENDED).challenger()).isNull();
        assertThat(model(DEFENDED).champion()).isEqualTo(1);
        assertThat(published)
                .filteredOn(signal -> signal.model().equals(DEFENDED))
                .isNotEmpty()
                .allMatch(signal -> signal.version() == 1);
        List<Long> answered = await(() -> trials.closeTimes(challenge.id()));
        assertThat(answered).as("kept for a restart").hasSizeGreaterThanOrEqualTo(SHADOW_CLOSES);
        ActiveTrial resumed = new ActiveTrial(challenge, model(DEFENDED).spec(), answered);
        assertThat(resumed.lastCloseMillis(1)).isEqualTo(answered.get(SHADOW_CLOSES - 1));
    }

    private void aGoodChallengerTakesOver() {
        ShadowTrial challenge =
                await(() -> trials.trials(TAKEN_OVER, 10)).stream()
                        .filter(trial -> trial.kind() == Kind.CHALLENGE)
                        .findFirst()
                        .orElseThrow();
        assertThat(challenge.state()).as(challenge.toString()).isEqualTo(State.TOOK_OVER);
        assertThat(model(TAKEN_OVER).champion()).isEqualTo(2);
        assertThat(model(TAKEN_OVER).challenger()).isNull();
        var version = await(() -> registry.version(TAKEN_OVER, 2)).orElseThrow();
        assertThat(version.state()).isEqualTo(VersionState.PROMOTED);
        assertThat(version.unproven()).isFalse();
        assertThat(version.reason()).startsWith("passed the gate; v2 beside v1");
        assertThat(last(TAKEN_OVER).kind()).as("and is watched now").isEqualTo(Kind.WATCH);
        assertThat(last(TAKEN_OVER).state()).isEqualTo(State.OPEN);
    }

    private void history() {
        List<MarketClose> history = new ArrayList<>();
        MarketClose close = market.next();
        while (close.closeTimeMillis() < MARKET.historyEndMillis()) {
            history.add(close);
            close = market.next();
        }
        candles.storeAndAwait(history);
    }

    private void declare(String model) {
        MarketSpec simulated = new MarketSpec("simulated", List.of(), Timeframe.FIVE_MINUTES);
        ModelSpec spec = ModelSpec.standard(model, simulated).withFeatures(FeatureSet.compact());
        await(() -> registry.declare(spec));
        await(() -> settings.set(model, new ModelPolicy(true, SHADOW_CLOSES, 0)));
    }

    private int add(String model, boolean inverted) throws Exception {
        Starter good = Starter.named(model);
        Starter made = inverted ? good.inverted() : good;
        var schema = made.schema();
        return await(() -> registry.add(model, "test", schema, made.bytes(), made.report()))
                .version();
    }

    private void promote(String model, int version) {
        await(() -> server.promote(model, version, "passed the gate", false));
    }

    private void challenge(String model, int version) {
        await(() -> registry.challenge(model, version, "passed the gate"));
    }

    private int champion(String model) {
        try (var lease = server.acquire(model).orElseThrow()) {
            return lease.model().version();
        }
    }

    private RegisteredModel model(String name) {
        return await(() -> registry.model(name)).orElseThrow();
    }

    private ShadowTrial last(String model) {
        return await(() -> trials.trials(model, 1)).getFirst();
    }

    private static <T> T await(Supplier<Uni<T>> work) {
        return Await.item(work);
    }
}
