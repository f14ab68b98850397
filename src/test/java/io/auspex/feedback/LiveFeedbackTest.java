package io.auspex.feedback;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.api.LiveService;
import io.auspex.ingest.LiveHold;
import io.auspex.market.CandleHistory;
import io.auspex.model.FeatureProfile;
import io.auspex.model.Head;
import io.auspex.model.HeadMetrics;
import io.auspex.model.Measures;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Await;
import io.auspex.platform.Json;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.ModelServer;
import io.auspex.serving.TinyModels;
import io.auspex.signals.Action;
import io.auspex.signals.Signal;
import io.auspex.signals.SignalHub;
import io.auspex.signals.SignalLedger;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The live side of the running service: real signals, PostgreSQL, REST. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class LiveFeedbackTest {

    private static final int HORIZON = 24;
    private static final int SYMBOLS = LiveService.SYMBOLS.size();
    private static final double BASE_UP = 0.2;
    private static final double BASE_DOWN = 0.3;
    private static final int BASE_ROWS = 1_000_000;

    @Inject LiveService service;
    @Inject ModelRegistry registry;
    @Inject ModelServer server;
    @Inject LiveFeatures features;
    @Inject SignalHub hub;
    @Inject SignalLedger ledger;
    @Inject CandleHistory history;
    @Inject OutcomeStore store;
    @Inject LiveFeedback live;
    @Inject FeedbackLoop loop;
    @Inject FeedbackMetrics metrics;
    @Inject FeedbackConfig config;
    @Inject MeterRegistry meters;

    @BeforeEach
    void warmUp() {
        service.warmUp();
    }

    @Test
    void figuresAreThoseOfTheOutcomesAndOutliveARestart() {
        String model = "feedback-figures";
        promote(model, 0.02, null);
        loop.pass();
        long before = Await.item(ledger::head);
        int judged = 40;
        for (int i = 0; i < judged + HORIZON; i++) {
            service.close();
        }
        loop.pass();
        List<Signal> signals =
                Await.item(() -> ledger.after(null, before, SignalLedger.MAX_BATCH)).stream()
                        .filter(signal -> signal.model().equals(model))
                        .toList();
        Map<String, SignalOutcome> outcomes =
                Await.item(() -> store.outcomes(signals.stream().map(Signal::id).toList()));
        assertThat(outcomes).hasSize(judged * SYMBOLS);
        LiveFigures figures = live.figures(model).orElseThrow();
        OutcomeWindow recent = figures.recent();
        assertThat(recent).isNotNull();
        assertThat(recent.outcomes()).isEqualTo(judged * SYMBOLS);
        double loss = 0;
        double baseLoss = 0;
        double inside = 0;
        for (Signal signal : signals) {
            SignalOutcome outcome = outcomes.get(signal.id());
            if (outcome != null) {
                loss += Measures.logLoss(signal.heads().get(Head.P_UP), outcome.wentUp());
                loss += Measures.logLoss(signal.heads().get(Head.P_DOWN), outcome.wentDown());
                baseLoss += Measures.logLoss(BASE_UP, outcome.wentUp());
                baseLoss += Measures.logLoss(BASE_DOWN, outcome.wentDown());
                double error = outcome.realisedReturn() - signal.heads().get(Head.EXPECTED_RETURN);
                inside += Math.abs(error) <= 0.02 ? 1 : 0;
            }
        }
        assertThat(recent.logLoss()).isEqualTo(loss / recent.outcomes(), within(1e-9));
        assertThat(recent.baseLogLoss()).isEqualTo(baseLoss / recent.outcomes(), within(1e-5));
        assertThat(recent.coverage()).isEqualTo(inside / recent.outcomes(), within(1e-9));

        JsonPath shown = shown(model);
        assertThat(shown.getInt("version")).isEqualTo(1);
        assertThat(shown.getInt("recent.outcomes")).isEqualTo(judged * SYMBOLS);
        assertThat(shown.getList("windows")).isEmpty();
        assertThat(shown.getString("guards[1].detail")).startsWith("no profile");
        assertThat(meters.get("auspex.live.log.loss").tag("model", model).gauge().value())
                .isEqualTo(recent.logLoss(), within(1e-12));

        given().get("/api/signals/" + signals.getFirst().id())
                .then()
                .statusCode(200)
                .body("id", equalTo(signals.getFirst().id()))
                .body("outcome.reason", nullValue())
                .body(
                        "outcome.at",
                        equalTo(outcomes.get(signals.getFirst().id()).outcomeTime().toString()));
        given().get("/api/signals/" + signals.getLast().id())
                .then()
                .body("$", hasKey("outcome"))
                .body("outcome", nullValue());

        assertThat(restarted().figures(model)).contains(figures);

        // What it has said is what the next champion remembers, as often as it wants.
        long first = signals.getFirst().closeTime().toEpochMilli();
        long step = 3 * Duration.ofMinutes(5).toMillis();
        assertThat(Await.item(() -> store.before(model, first, step)))
                .as("nothing was said before the first champion")
                .isEmpty();
        promote(model, 0.02, null);
        List<OutcomeStore.Judged> remembered = Await.item(() -> store.before(model, first, step));
        assertThat(remembered)
                .extracting(judgedBefore -> judgedBefore.signal().id())
                .containsExactlyElementsOf(
                        signals.stream()
                                .filter(signal -> outcomes.containsKey(signal.id()))
                                .filter(signal -> signal.closeTime().toEpochMilli() > first)
                                .filter(signal -> signal.closeTime().toEpochMilli() % step == 0)
                                .sorted(
                                        Comparator.comparing(Signal::closeTime)
                                                .thenComparing(Signal::symbol))
                                .map(Signal::id)
                                .toList());
        assertThat(remembered).hasSizeGreaterThan(judged / 4 * SYMBOLS);
        loop.pass();
        assertThat(live.figures(model).orElseThrow().version()).isEqualTo(2);
    }

    @Test
    void aRowThatTrainingNeverSawAbstainsWithTheReasonAndStillHasAnOutcome() {
        String model = "feedback-range";
        FeatureProfile.Feature elsewhere =
                new FeatureProfile.Feature(
                        List.of(1_000f), List.of(0.5, 0.5), 999, 1_001, 0, null, null);
        promote(
                model,
                0.02,
                new FeatureProfile(
                        1_000, Map.of("rsi_14@5m", elsewhere, "momentum_24@5m", elsewhere)));
        loop.pass();
        List<Signal> held = closed(model);
        assertThat(held)
                .hasSize(SYMBOLS)
                .allSatisfy(signal -> {
                    assertThat(signal.action()).isEqualTo(Action.ABSTAIN);
                    assertThat(signal.reason())
                            .startsWith(
                                    "out of distribution: 2 of 3 features are beyond what training"
                                            + " saw, at most 0 may be; farthest is ");
                    assertThat(signal.confidence()).isNull();
                    assertThat(signal.heads()).hasSize(4);
                });
        assertThat(shown(model).getInt("guards[1].held_back")).isGreaterThanOrEqualTo(SYMBOLS);

        promote(model, 0.02, null);
        loop.pass();
        assertThat(closed(model))
                .allSatisfy(signal -> assertThat(signal.action()).isNotEqualTo(Action.ABSTAIN));
        for (int i = 0; i < HORIZON; i++) {
            service.close();
        }
        loop.pass();
        assertThat(Await.item(() -> store.outcomes(List.of(held.getFirst().id())))).hasSize(1);
    }

    @Test
    void anIntervalThatDoesNotHoldMakesSignalsAbstainUntilAChampionThatDoes() {
        String model = "feedback-coverage";
        promote(model, 1e-9, null);
        loop.pass();
        for (int i = 0; i < config.recent() / SYMBOLS + HORIZON + 1; i++) {
            service.close();
        }
        loop.pass();
        assertThat(closed(model))
                .hasSize(SYMBOLS)
                .allSatisfy(signal -> {
                    assertThat(signal.action()).isEqualTo(Action.ABSTAIN);
                    assertThat(signal.reason())
                            .startsWith("the 80 % interval held 0.0 % of the last 500 outcomes");
                    assertThat(signal.heads()).hasSize(4);
                });
        given().get("/api/models/{name}/live", model)
                .then()
                .statusCode(200)
                .body("guards[0].guard", equalTo("coverage"))
                .body("guards[0].abstains", equalTo(true))
                .body("guards[0].detail", startsWith("the 80 % interval held"))
                .body("windows.size()", equalTo(1))
                .body("windows[0].outcomes", equalTo(500));
        // What is held back is judged all the same: else it could never return.
        loop.pass();
        assertThat(live.figures(model).orElseThrow().recent().to())
                .isEqualTo(restarted().figures(model).orElseThrow().recent().to());

        promote(model, 0.02, null);
        loop.pass();
        assertThat(closed(model))
                .allSatisfy(signal -> assertThat(signal.action()).isNotEqualTo(Action.ABSTAIN));
    }

    @Test
    void aModelWithoutAChampionHasNoFigures() {
        service.declare("feedback-none");
        loop.pass();
        given().get("/api/models/feedback-none/live")
                .then()
                .statusCode(200)
                .body("version", nullValue())
                .body("recent", nullValue())
                .body("guards", empty());
        given().get("/api/models/feedback-nobody/live")
                .then()
                .statusCode(404)
                .body("type", containsString("no-such-model"));
        assertThat(given().get("/q/openapi").asString()).contains("/api/models/{name}/live");
    }

    /** The signals of one more close. */
    private List<Signal> closed(String model) {
        long before = Await.item(ledger::head);
        service.close();
        return Await.item(() -> ledger.after(null, before, 1_000)).stream()
                .filter(signal -> signal.model().equals(model))
                .toList();
    }

    /** The live side as a new process has it. */
    private LiveFeedback restarted() {
        LiveFeedback fresh = new LiveFeedback();
        new FeedbackLoop(
                        hub,
                        server,
                        registry,
                        features,
                        store,
                        new OutcomeWriter(store, history),
                        fresh,
                        metrics,
                        config,
                        List.of(),
                        new LiveHold(),
                        "1")
                .pass();
        return fresh;
    }

    private JsonPath shown(String model) {
        return given().get("/api/models/{name}/live", model)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    /** Makes a version with that interval and profile the champion. */
    private void promote(String model, double halfWidth, FeatureProfile profile) {
        Await.item(() -> registry.declare(ModelSpec.standard(model, LiveService.MARKET)));
        TinyModels tiny = TinyModels.tiny().named(model).market(LiveService.MARKET).bias(-1);
        ObjectNode report = (ObjectNode) tiny.report();
        report.set("conformal", Json.mapper().valueToTree(Map.of("0.8", halfWidth)));
        report.set(
                "total",
                Json.mapper()
                        .valueToTree(
                                Map.of(
                                        Head.P_UP, measured(BASE_UP),
                                        Head.P_DOWN, measured(BASE_DOWN))));
        if (profile != null) {
            report.set("profile", Json.mapper().valueToTree(profile));
        }
        ModelVersion version =
                Await.item(() ->
                        registry.add(model, "import:test", tiny.schema(), tiny.onnx(), report));
        Await.item(() -> server.promote(model, version.version(), "tiny but proven", false));
    }

    private static HeadMetrics measured(double baseRate) {
        return new HeadMetrics.Probability(BASE_ROWS, baseRate, 0.5, 0.5, 0.2, 0.5, 0.0);
    }
}
