package io.auspex.ensemble;

import io.auspex.ingest.CloseHandled;
import io.auspex.ingest.HistoryLoaded;
import io.auspex.market.MarketClose;
import io.auspex.market.Timeframe;
import io.auspex.model.ModelSpec;
import io.auspex.model.TargetSpec;
import io.auspex.retraining.FeedModel;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.SchemaUse;
import io.auspex.signals.PendingSignal;
import io.auspex.signals.SignalCombiner;
import io.auspex.signals.SignalPipeline;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The ensemble on the feed that runs, when it is switched on: one more signal for every symbol of a
 * close, made of what the members say with the weights in force.
 */
@ApplicationScoped
class LiveEnsemble implements SignalCombiner {

    /** After the feed's model was declared and the features follow the feed. */
    private static final int AFTER_STARTUP = 3_000;

    private static final Logger LOG = Logger.getLogger(LiveEnsemble.class);

    private final EnsembleConfig config;
    private final WeightsInForce weights;
    private final RuleCalibrations calibrations;
    private final LiveFeatures features;
    private final List<Member> others;
    private final Instance<SignalPipeline> pipeline;
    private final AtomicBoolean calibrating = new AtomicBoolean();
    private volatile @Nullable MarketRules market;
    private volatile @Nullable HistoryLoaded feed;
    private @Nullable SchemaUse use;

    LiveEnsemble(
            EnsembleConfig config,
            WeightsInForce weights,
            RuleCalibrations calibrations,
            LiveFeatures features,
            @All List<Member> others,
            Instance<SignalPipeline> pipeline) {
        this.config = config;
        this.weights = weights;
        this.calibrations = calibrations;
        this.features = features;
        this.others = List.copyOf(others);
        this.pipeline = pipeline;
    }

    void loaded(@Observes @Priority(AFTER_STARTUP) HistoryLoaded loaded) {
        if (!config.enabled()) {
            return;
        }
        feed = loaded;
        IndicatorRules rules = new IndicatorRules(loaded.timeframe());
        SchemaUse before = use;
        use = features.use(rules.schema(), FeedModel.market(loaded.feed(), loaded.timeframe()));
        if (before != null) {
            before.close();
        }
        MarketRules known =
                new MarketRules(
                        loaded.feed(),
                        loaded.timeframe(),
                        rules,
                        calibrations.newest(loaded.feed(), loaded.timeframe()).orElse(null));
        market = known;
        if (known.calibration() == null) {
            // So that the first live close has the rules' vote; a stored one is renewed beside it.
            calibrate(known, loaded.symbols().size(), loaded.lastCloseTimeMillis());
        }
    }

    /** Calibrates anew in the background, now and then. */
    void closed(@Observes CloseHandled handled) {
        MarketRules known = market;
        HistoryLoaded loaded = feed;
        MarketClose close = handled.close();
        if (known != null
                && loaded != null
                && known.feed().equals(close.feed())
                && isDue(known, close.closeTimeMillis())
                && calibrating.compareAndSet(false, true)) {
            Thread.ofVirtual()
                    .name("rule-calibration")
                    .start(() -> {
                        try {
                            calibrate(known, loaded.symbols().size(), close.closeTimeMillis());
                        } finally {
                            calibrating.set(false);
                        }
                    });
        }
    }

    void stop(@Observes ShutdownEvent ending) {
        if (use != null) {
            use.close();
        }
    }

    @Override
    public List<PendingSignal> combine(MarketClose close, List<PendingSignal> ofModels) {
        Optional<Weights> inForce = weights.get();
        if (!config.enabled() || inForce.isEmpty()) {
            return List.of();
        }
        Timeframe base = close.candles().getFirst().timeframe();
        List<Member> members = members(close.feed(), base, inForce.get());
        return EnsembleMaker.concerns(ofModels, members)
                ? new EnsembleMaker(
                                pipeline.get().rule(), pipeline.get().expiry(), config.deadline())
                        .signals(
                                new Question(close, ofModels, features::vectors),
                                inForce.get(),
                                members)
                        .signals()
                : List.of();
    }

    @Override
    public List<PendingSignal> missed(
            MarketClose close, List<PendingSignal> ofModels, String reason) {
        HistoryLoaded loaded = feed;
        Optional<Weights> inForce = weights.get();
        if (!config.enabled()
                || inForce.isEmpty()
                || loaded == null
                || !loaded.feed().equals(close.feed())) {
            return List.of();
        }
        List<Member> members = members(close.feed(), loaded.timeframe(), inForce.get());
        return EnsembleMaker.concerns(ofModels, members)
                ? EnsembleMaker.missed(close, inForce.get(), pipeline.get().expiry(), reason)
                : List.of();
    }

    /** By the targets of the feed's own model: they are what its members are trained on. */
    @Override
    public Optional<ModelSpec> judgedAs(String feedIdentity, String model) {
        HistoryLoaded loaded = feed;
        return loaded != null
                        && loaded.feed().equals(feedIdentity)
                        && model.equals(Members.ENSEMBLE)
                ? Optional.of(
                        FeedModel.spec(
                                FeedModel.name(feedIdentity, loaded.timeframe()),
                                feedIdentity,
                                loaded.timeframe()))
                : Optional.empty();
    }

    /** Everybody with a weight above 0. */
    private List<Member> members(String feedIdentity, Timeframe base, Weights inForce) {
        List<Member> members = new ArrayList<>();
        inForce.weights()
                .forEach((name, weight) -> {
                    if (weight > 0) {
                        members.add(member(name, feedIdentity, base));
                    }
                });
        return members;
    }

    private Member member(String name, String feedIdentity, Timeframe base) {
        for (Member other : others) {
            if (other.name().equals(name)) {
                return other;
            }
        }
        MarketRules known = market;
        if (name.equals(Members.TRADING) && known != null && known.feed().equals(feedIdentity)) {
            return new RuleMember(known.rules(), known.calibration());
        }
        return Members.model(name, feedIdentity, base)
                .<Member>map(model -> new ModelMember(name, model))
                .orElseGet(() -> new AbsentMember(name));
    }

    private boolean isDue(MarketRules known, long closeMillis) {
        RuleCalibration calibration = known.calibration();
        return calibration == null
                || closeMillis - calibration.to().toEpochMilli() >= config.ruleRefit().toMillis();
    }

    /** While it fails the one before stays. */
    private void calibrate(MarketRules known, int symbols, long toMillis) {
        try {
            calibrations
                    .renewed(known.feed(), known.base(), TargetSpec.standard(), symbols, toMillis)
                    .ifPresent(calibration -> {
                        market = known.with(calibration);
                        LOG.infof("%s is calibrated: %s", Members.TRADING, calibration.identity());
                    });
        } catch (RuntimeException failure) {
            LOG.warnf("the rules of %s are not calibrated anew: %s", known.feed(), failure);
        }
    }
}
