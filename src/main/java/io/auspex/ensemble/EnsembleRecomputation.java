package io.auspex.ensemble;

import io.auspex.features.FeatureSchema;
import io.auspex.features.Readiness;
import io.auspex.market.CandleHistory;
import io.auspex.model.Head;
import io.auspex.platform.Await;
import io.auspex.serving.Lease;
import io.auspex.serving.ModelServer;
import io.auspex.serving.PastFeatures;
import io.auspex.serving.ServingModel;
import io.auspex.signals.Decision;
import io.auspex.signals.Receipt;
import io.auspex.signals.Recomputation;
import io.auspex.signals.Signal;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Computes signals of the ensemble again: every member that counted by its version and the stored
 * candles, combined by the shares of the receipt. Who was left out is left out again: why that was
 * depended on what was live then. A member that cannot be asked again (a language model) says what
 * the receipt has of it.
 */
@ApplicationScoped
class EnsembleRecomputation implements Recomputation {

    private final ModelServer models;
    private final CandleHistory history;
    private final RuleCalibrations calibrations;

    EnsembleRecomputation(
            ModelServer models, CandleHistory history, RuleCalibrations calibrations) {
        this.models = models;
        this.history = history;
        this.calibrations = calibrations;
    }

    @Override
    public Optional<Recomputed> again(Signal signal, Receipt receipt) {
        if (!signal.model().equals(Members.ENSEMBLE)) {
            return Optional.empty();
        }
        List<Receipt.Member> members =
                receipt.members().stream().map(member -> again(signal, member)).toList();
        return Optional.of(new Recomputed(EnsembleMaker.combined(members), members));
    }

    @Override
    public Decision explained(Decision decided, Recomputed again) {
        return EnsembleMaker.explained(
                again.heads().isEmpty() ? EnsembleMaker.nobody() : decided, again.members());
    }

    private Receipt.Member again(Signal signal, Receipt.Member then) {
        if (then.leftOut() != null) {
            return then;
        }
        if (then.name().equals(Members.TRADING)) {
            return byRules(signal, then);
        }
        return Members.model(then.name(), signal.feed(), signal.timeframe())
                .map(model -> byModel(signal, then, model))
                .orElse(then);
    }

    private Receipt.Member byModel(Signal signal, Receipt.Member then, String name) {
        try (Lease lease = Await.item(() -> models.pinned(name, then.version()))) {
            ServingModel model = lease.model();
            Optional<PastFeatures> past = past(signal, model.schema());
            return now(
                    then,
                    model.artefact(),
                    past,
                    past.filter(EnsembleRecomputation::isReady)
                            .map(found -> model.predict(found.vector().values().toArray()).heads())
                            .orElse(Map.of()));
        }
    }

    private Receipt.Member byRules(Signal signal, Receipt.Member then) {
        IndicatorRules rules = new IndicatorRules(signal.timeframe());
        Optional<RuleCalibration> calibration =
                calibrations.of(signal.feed(), signal.timeframe(), then.artefact());
        Optional<PastFeatures> past = past(signal, rules.schema());
        return now(
                then,
                calibration.map(RuleCalibration::identity).orElse("no such calibration is stored"),
                past,
                calibration.isPresent() && past.filter(EnsembleRecomputation::isReady).isPresent()
                        ? heads(calibration.get(), rules, past.orElseThrow())
                        : Map.of());
    }

    private static Map<Head, Double> heads(
            RuleCalibration calibration, IndicatorRules rules, PastFeatures past) {
        return calibration.heads(rules.score(calibration.style(), past.vector().values()));
    }

    private static boolean isReady(PastFeatures past) {
        return past.vector().readiness() instanceof Readiness.Ready;
    }

    /** With the weight of then; one of whom nothing can be computed counts no more. */
    private static Receipt.Member now(
            Receipt.Member then,
            String artefact,
            Optional<PastFeatures> past,
            Map<Head, Double> heads) {
        return new Receipt.Member(
                then.name(),
                then.version(),
                artefact,
                then.weight(),
                heads,
                past.map(found -> found.vector().candles()).orElse(List.of()),
                heads.isEmpty() ? "it cannot be computed again" : null);
    }

    private Optional<PastFeatures> past(Signal signal, FeatureSchema schema) {
        return PastFeatures.at(
                schema,
                history,
                signal.feed(),
                signal.timeframe(),
                signal.symbol(),
                signal.closeTime().toEpochMilli());
    }
}
