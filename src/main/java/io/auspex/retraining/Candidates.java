package io.auspex.retraining;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.dataset.JobFolder;
import io.auspex.dataset.JobSpec;
import io.auspex.market.Symbol;
import io.auspex.model.ModelSpec;
import io.auspex.model.TrainingReport;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.platform.Json;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.RegisteredModel;
import io.auspex.retraining.AttemptResult.Decision;
import io.auspex.retraining.GateCase.Champion;
import io.auspex.retraining.GateCase.Check;
import io.auspex.serving.ModelServer;
import io.auspex.serving.TrialModel;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/**
 * Takes a version through the gate: gathers what the gate looks at, asks it, and has the decision
 * carried out. Blocking, for virtual threads; the computing happens on {@link CpuPool}.
 */
@ApplicationScoped
class Candidates {

    private final ModelRegistry registry;
    private final ModelServer server;
    private final CpuPool cpu;
    private final RetrainingConfig config;

    @Inject
    Candidates(ModelRegistry registry, ModelServer server, CpuPool cpu, RetrainingConfig config) {
        this.registry = registry;
        this.server = server;
        this.cpu = cpu;
        this.config = config;
    }

    /** What a finished job offers. */
    record Trained(JobFolder folder, JobSpec job, TrainingReport report) {}

    /** What the gate says of the model that a job has made. */
    GateDecision judge(RegisteredModel model, Trained trained, Collection<Symbol> symbols)
            throws Exception {
        Rival rival = rival(model);
        GateCase candidate = cpu.call(() -> examine(model.spec(), trained, symbols, rival));
        return Gate.decide(candidate, config.promote());
    }

    /** What the gate says of a file that came with nothing but itself, while nothing serves. */
    GateDecision judge(
            RegisteredModel model, TrialModel file, TrainingReport report, List<Symbol> symbols) {
        GateCase candidate =
                new GateCase(
                        model.spec(),
                        report,
                        SchemaCheck.check(model.spec(), file.schema(), symbols),
                        selfTest(file, file.report()),
                        // There is no job folder to compare with; the self-test stands for it.
                        new Check.Passed(),
                        new Champion.None(),
                        false);
        return Gate.decide(candidate, config.promote());
    }

    /**
     * What is written with a decision, in the same transaction: both are there, or neither. Its
     * failure is that of the decision.
     */
    interface Conclusion {
        Uni<Void> of(AttemptResult.Decided decided);
    }

    /** Carries a decision out that concludes nothing else. */
    AttemptResult.Decided carryOut(ModelVersion version, GateDecision decision) {
        return carryOut(version, decision, _ -> Uni.createFrom().voidItem());
    }

    /**
     * Carries a decision out. A candidate that cannot be served after all ends as rejected, and
     * that is the one decision without its conclusion.
     */
    AttemptResult.Decided carryOut(
            ModelVersion version, GateDecision decision, Conclusion conclusion) {
        String model = version.model();
        int number = version.version();
        return switch (decision) {
            case GateDecision.Reject reject -> {
                var decided = new AttemptResult.Decided(number, Decision.REJECTED, reject.reason());
                Await.item(() ->
                        registry.reject(
                                model, number, reject.reason(), () -> conclusion.of(decided)));
                yield decided;
            }
            case GateDecision.Promote promote ->
                    shadowCloses(model, promote) > 0
                            ? challenge(model, number, promote, conclusion)
                            : promote(model, number, promote, conclusion);
        };
    }

    /** Closes that it has to run beside the champion first; there is one, and it is proven. */
    private int shadowCloses(String name, GateDecision.Promote promote) {
        RegisteredModel model =
                Await.item(() -> registry.model(name))
                        .orElseThrow(() -> new IllegalStateException("model " + name + " is gone"));
        return !promote.unproven() && rival(model) instanceof Rival.Proven
                ? model.policy().shadowCloses()
                : 0;
    }

    private AttemptResult.Decided challenge(
            String model, int number, GateDecision.Promote promote, Conclusion conclusion) {
        var decided = new AttemptResult.Decided(number, Decision.CHALLENGER, promote.reason());
        Await.item(() ->
                registry.challenge(model, number, promote.reason(), () -> conclusion.of(decided)));
        return decided;
    }

    private AttemptResult.Decided promote(
            String model, int number, GateDecision.Promote promote, Conclusion conclusion) {
        var decided = new AttemptResult.Decided(number, Decision.PROMOTED, promote.reason());
        try {
            Await.item(() ->
                    server.promote(
                            model,
                            number,
                            promote.reason(),
                            promote.unproven(),
                            () -> conclusion.of(decided)));
            return decided;
        } catch (Failure failure) {
            if (!failure.slug().equals("version-unusable")) {
                throw failure;
            }
            // The server has rejected it in the registry.
            return new AttemptResult.Decided(
                    number, Decision.REJECTED, String.valueOf(failure.getMessage()));
        }
    }

    static GateCase examine(
            ModelSpec spec, Trained trained, Collection<Symbol> symbols, Rival rival)
            throws IOException {
        Check schema = SchemaCheck.check(spec, trained.job().schema(), symbols);
        try (TrialModel trial = TrialModel.open(Files.readAllBytes(trained.folder().model()))) {
            if (!trial.schema().equals(trained.job().schema())) {
                Check other = new Check.Broken("the ONNX graph has another schema than its job");
                return sound(spec, trained, other, selfTest(trial, report(trained)), other, rival);
            }
            return sound(
                    spec,
                    trained,
                    schema,
                    selfTest(trial, report(trained)),
                    Parity.check(trained.folder(), trial.schema().size(), new TrialScorer(trial)),
                    rival);
        } catch (Failure unusable) {
            Check broken = new Check.Broken(String.valueOf(unusable.getMessage()));
            return sound(spec, trained, schema, broken, new Check.Passed(), rival);
        }
    }

    private static GateCase sound(
            ModelSpec spec,
            Trained trained,
            Check schema,
            Check selfTest,
            Check parity,
            Rival rival)
            throws IOException {
        return new GateCase(
                spec,
                trained.report(),
                schema,
                selfTest,
                parity,
                compare(rival, trained),
                trained.job().spec().windowCandles() < spec.windowCandles());
    }

    private static Check selfTest(TrialModel trial, JsonNode report) {
        return trial.selfTest(report).<Check>map(Check.Broken::new).orElseGet(Check.Passed::new);
    }

    private static JsonNode report(Trained trained) {
        return Json.mapper().valueToTree(trained.report());
    }

    /** The champion that a candidate meets. */
    sealed interface Rival {

        record None() implements Rival {}

        record Unproven(int version) implements Rival {}

        /**
         * The bar.
         *
         * @param report of its training
         * @param onnx its whole file
         */
        record Proven(int version, JsonNode report, ByteBuffer onnx) implements Rival {}
    }

    private Rival rival(RegisteredModel model) {
        Integer champion = model.champion();
        if (champion == null) {
            return new Rival.None();
        }
        String name = model.name();
        ModelVersion version =
                Await.item(() -> registry.version(name, champion))
                        .orElseThrow(() -> new IllegalStateException("a champion is a version"));
        return version.unproven()
                ? new Rival.Unproven(champion)
                : new Rival.Proven(
                        champion,
                        version.report(),
                        ByteBuffer.wrap(Await.item(() -> registry.artefact(name, champion))));
    }

    private static Champion compare(Rival rival, Trained trained) throws IOException {
        return switch (rival) {
            case Rival.None _ -> new Champion.None();
            case Rival.Unproven unproven -> new Champion.Unproven(unproven.version());
            case Rival.Proven proven -> compare(proven, trained);
        };
    }

    private static Champion compare(Rival.Proven proven, Trained trained) throws IOException {
        int version = proven.version();
        try (TrialModel champion = TrialModel.open(proven.onnx().array())) {
            Instant dataTo =
                    Instant.parse(proven.report().path("data").path("to").asText("nothing"));
            return new ChampionComparison(trained.folder(), trained.job())
                    .compare(version, dataTo, champion.schema(), new TrialScorer(champion));
        } catch (DateTimeException untold) {
            return new Champion.Unscored(
                    version, "its report does not say which data it was trained on");
        } catch (Failure | IllegalArgumentException unusable) {
            return new Champion.Unscored(version, String.valueOf(unusable.getMessage()));
        }
    }
}
