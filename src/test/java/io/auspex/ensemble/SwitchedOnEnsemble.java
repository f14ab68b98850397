package io.auspex.ensemble;

import io.auspex.ingest.HistoryLoaded;
import io.auspex.market.MarketClose;
import io.auspex.model.ModelSpec;
import io.auspex.model.TargetSpec;
import io.auspex.platform.Await;
import io.auspex.serving.LiveFeatures;
import io.auspex.signals.PendingSignal;
import io.auspex.signals.SignalCombiner;
import io.auspex.signals.SignalPipeline;
import io.smallrye.config.SmallRyeConfigBuilder;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The live ensemble in the pipeline of the application under test, where it is switched off: a test
 * switches it on for one feed, and off again.
 */
@ApplicationScoped
public class SwitchedOnEnsemble implements SignalCombiner {

    @Inject WeightsInForce weights;
    @Inject WeightStore store;
    @Inject RuleCalibrations calibrations;
    @Inject LiveFeatures features;
    @Inject Instance<SignalPipeline> pipeline;

    private volatile @Nullable LiveEnsemble live;
    private volatile String feed = "";

    /** As a service that starts, with further members. */
    public void on(HistoryLoaded loaded, List<Member> others) {
        off();
        LiveEnsemble ensemble =
                new LiveEnsemble(config(), weights, calibrations, features, others, pipeline);
        ensemble.loaded(loaded);
        feed = loaded.feed();
        live = ensemble;
    }

    public void off() {
        LiveEnsemble before = live;
        live = null;
        if (before != null) {
            before.stop(null);
        }
    }

    /** What the indicator rules mean is found anew on the candles up to a close. */
    public void calibrate(HistoryLoaded loaded, long closeMillis) {
        calibrations
                .renewed(
                        loaded.feed(),
                        loaded.timeframe(),
                        TargetSpec.standard(),
                        loaded.symbols().size(),
                        closeMillis)
                .orElseThrow();
    }

    /** Puts weights in force. */
    public void set(SortedMap<String, Double> wanted) {
        weights.are(Await.item(() -> store.set(wanted, "test")));
    }

    @Override
    public List<PendingSignal> combine(MarketClose close, List<PendingSignal> ofModels) {
        LiveEnsemble now = live;
        return now == null || !close.feed().equals(feed) ? List.of() : now.combine(close, ofModels);
    }

    @Override
    public List<PendingSignal> missed(
            MarketClose close, List<PendingSignal> ofModels, String reason) {
        LiveEnsemble now = live;
        return now == null ? List.of() : now.missed(close, ofModels, reason);
    }

    @Override
    public Optional<ModelSpec> judgedAs(String of, String model) {
        LiveEnsemble now = live;
        return now == null ? Optional.empty() : now.judgedAs(of, model);
    }

    private static EnsembleConfig config() {
        return new SmallRyeConfigBuilder()
                .withMapping(EnsembleConfig.class)
                .withDefaultValue("auspex.ensemble.enabled", "true")
                .withDefaultValue("auspex.ensemble.deadline", "10s")
                .addDiscoveredConverters()
                .build()
                .getConfigMapping(EnsembleConfig.class);
    }
}
