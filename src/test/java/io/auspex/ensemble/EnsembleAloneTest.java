package io.auspex.ensemble;

import static io.auspex.ensemble.WeightRequests.DEFAULTS;
import static io.auspex.ensemble.WeightRequests.put;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.auspex.api.LiveService;
import io.auspex.market.CloseListener;
import io.auspex.market.Timeframe;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.auspex.serving.LiveFeatures;
import io.auspex.signals.Action;
import io.auspex.signals.Replayed;
import io.auspex.signals.Signal;
import io.auspex.signals.SignalHub;
import io.auspex.signals.SignalReplay;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The ensemble's own signals: what becomes of them, and closes that it missed. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class EnsembleAloneTest {

    private static final Timeframe FIVE = Timeframe.FIVE_MINUTES;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Inject LiveService service;
    @Inject SwitchedOnEnsemble ensemble;
    @Inject PlayedMarkets markets;
    @Inject LiveFeatures features;
    @Inject SignalHub hub;
    @Inject CloseListener pipeline;
    @Inject SignalReplay replay;

    @BeforeEach
    void standardWeights() {
        put(DEFAULTS).statusCode(200);
    }

    @AfterEach
    void off() {
        ensemble.off();
    }

    /** The live path from vectors to a row, and the row computed again from what is stored. */
    @Test
    void aCloseBecomesARowOfTheEnsembleThatCanBeReplayed() {
        PlayedMarkets.Market market = markets.market("alone-replayed", 43, 3 * 288);
        service.promote(market.model, market.spec, 0.1f);
        features.follow(market.feed, FIVE);
        ensemble.on(market.loaded(), List.of());
        List<Signal> heard = new ArrayList<>();
        try (SignalHub.Subscription subscription =
                hub.subscribe(
                        _ -> {},
                        news ->
                                news.stream()
                                        .filter(signal -> signal.model().equals("ensemble"))
                                        .forEach(heard::add))) {
            assertThat(subscription).isNotNull();
            market.close();
        }
        assertThat(heard)
                .hasSize(2)
                .allSatisfy(signal -> {
                    assertThat(signal.reason())
                            .contains("trading_ai 38.5 %")
                            .contains("lgbm_ai 61.5 %")
                            .contains("without lava_ai (");
                    Replayed replayed = Await.item(() -> replay.replay(signal.id()));
                    assertThat(replayed.differences()).isEmpty();
                    assertThat(replayed.notes()).isEmpty();
                    assertThat(replayed.heads()).isEqualTo(signal.heads()).hasSize(4);
                });
    }

    @Test
    void itsSignalsHaveOutcomesAndLiveFiguresWhateverWeightsTheyHad() throws Exception {
        given().get("/api/models/ensemble")
                .then()
                .statusCode(404)
                .body("detail", containsString("/api/models/ensemble/live"));
        given().get("/api/models/ensemble/analysis").then().statusCode(404);
        PlayedMarkets.Market market = markets.market("alone-figures", 41, 3 * 288);
        service.promote(market.model, market.spec, -3f);
        features.follow(market.feed, FIVE);
        ensemble.on(market.loaded(), List.of());
        for (int i = 0; i < 20; i++) {
            market.close();
        }
        ensemble.set(
                new TreeMap<>(
                        Map.of(
                                "trading_ai",
                                0.26,
                                "lava_ai",
                                0.35,
                                "lgbm_ai",
                                0.4,
                                "mistral_ai",
                                0.0)));
        for (int i = 0; i < 20; i++) {
            market.close();
        }
        // A horizon of 24 candles ago: 20 closes of the first weights, and 6 of the second.
        for (int i = 0; i < 10; i++) {
            market.close();
        }
        awaitOutcomes(2 * (50 - 24));
        given().get("/api/models/ensemble/live")
                .then()
                .statusCode(200)
                .body("recent.outcomes", equalTo(2 * (50 - 24)))
                .body("recent.log_loss", greaterThan(0f))
                .body("recent.coverage", nullValue())
                .body("drift", hasSize(0))
                .body("guards[0].guard", equalTo("members"));
        // Switched off it is forgotten, and says where to look.
        ensemble.off();
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (given().get("/api/models/ensemble/live").statusCode() != 404
                && System.nanoTime() < until) {
            market.close();
            LockSupport.parkNanos(20_000_000);
        }
        given().get("/api/models/ensemble/live")
                .then()
                .statusCode(404)
                .body("detail", containsString("--ensemble.enabled=true"));
    }

    private static void awaitOutcomes(int outcomes) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < until) {
            var answer = given().get("/api/models/ensemble/live");
            Integer known =
                    answer.statusCode() == 200 ? answer.<Integer>path("recent.outcomes") : null;
            if (known != null && known >= outcomes) {
                return;
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** As an exchange has it: nobody ran for a while, and then a close comes too late. */
    @Test
    void closesThatItMissedAreRecordedForItToo() {
        long grid = FIVE.millis();
        long start = Instant.now().toEpochMilli() / grid * grid - (3 * 288 + 40) * grid;
        PlayedMarkets.Market market = markets.market("alone-missed", 42, 3 * 288, start);
        service.promote(market.model, market.spec, -3f);
        features.follow(market.feed, FIVE);
        ensemble.on(market.loaded(), List.of());
        List<Signal> heard = new ArrayList<>();
        try (SignalHub.Subscription subscription =
                hub.subscribe(
                        _ -> {},
                        news ->
                                news.stream()
                                        .filter(signal -> signal.feed().equals(market.feed))
                                        .forEach(heard::add))) {
            assertThat(subscription).isNotNull();
            market.close();
            assertThat(heard).hasSize(4).noneMatch(signal -> signal.action() == Action.MISSED);
            heard.clear();
            // Nobody ran.
            market.store(5);
            pipeline.onHistoryComplete(market.feed, FIVE, true, market.last());
            assertThat(heard).hasSize(5 * 4);
            assertThat(heard)
                    .filteredOn(signal -> signal.model().equals("ensemble"))
                    .hasSize(5 * 2)
                    .allSatisfy(signal -> {
                        assertThat(signal.action()).isEqualTo(Action.MISSED);
                        assertThat(signal.reason()).startsWith("missed: no service was running");
                        assertThat(signal.heads()).isEmpty();
                        assertThat(signal.confidence()).isNull();
                    });
            // To be told again changes nothing.
            heard.clear();
            pipeline.onHistoryComplete(market.feed, FIVE, true, market.last());
            assertThat(heard).isEmpty();
            // The line was dead for hours.
            market.close();
            assertThat(heard)
                    .hasSize(4)
                    .allSatisfy(
                            signal -> assertThat(signal.reason()).startsWith("missed: it came at"));
            // Switched off there is nothing of it to miss.
            heard.clear();
            ensemble.off();
            market.close();
            assertThat(heard).hasSize(2);
        }
    }
}
