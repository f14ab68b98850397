package io.auspex.backtest;

import io.auspex.backtest.RunState.Walk;
import io.auspex.backtest.VersionPlan.MemberStages;
import io.auspex.ensemble.PastEnsemble;
import io.auspex.features.FeatureSchema;
import io.auspex.feedback.RangeGuards;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.serving.PastMarket;
import io.auspex.signals.PendingSignal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The ensemble: the models of its members, each in its version of the moment and with its guard of
 * range, say what they say of a close, and the ensemble makes its signals of that.
 */
final class EnsembleSpeaker implements Speaker {

    private final BacktestPlan plan;
    private final CandleHistory history;
    private final PastEnsemble ensemble;
    private final List<StagedVersions> models = new ArrayList<>();
    private PastMarket features;
    private Map<String, FeatureSchema> schemas = Map.of();
    private long featureNanos;

    /**
     * @param files of versions, by model
     */
    EnsembleSpeaker(
            BacktestPlan plan,
            List<MemberStages> members,
            CandleHistory history,
            Function<String, VersionFiles> files,
            RangeGuards guards,
            PastEnsemble ensemble) {
        this.plan = plan;
        this.history = history;
        this.ensemble = ensemble;
        this.features = new PastMarket(history, plan.feed(), plan.timeframe());
        for (MemberStages member : members) {
            models.add(
                    new StagedVersions(
                            member.model(),
                            member.stages(),
                            plan.rule(),
                            files.apply(member.model()),
                            guards));
        }
    }

    @Override
    public List<PendingSignal> hear(
            MarketClose close, Optional<MarketClose> traded, long beforeMillis)
            throws IOException, InterruptedException {
        List<OpenVersion> open = new ArrayList<>(models.size());
        for (StagedVersions versions : models) {
            versions.at(close.closeTimeMillis(), beforeMillis).ifPresent(open::add);
        }
        long start = System.nanoTime();
        use(open, beforeMillis);
        features.accept(close);
        featureNanos += System.nanoTime() - start;
        if (traded.isEmpty()) {
            return List.of();
        }
        List<PendingSignal> said = new ArrayList<>();
        for (OpenVersion version : open) {
            said.addAll(
                    version.maker()
                            .signals(version.past().model(), traded.get(), features::vectors));
        }
        return ensemble.signals(traded.get(), said, features::vectors);
    }

    /** Features of other schemas begin with what is known now; those before are not needed. */
    private void use(List<OpenVersion> open, long throughMillis) {
        Map<String, FeatureSchema> wanted = new LinkedHashMap<>();
        wanted.put(ensemble.schema().hash(), ensemble.schema());
        for (OpenVersion version : open) {
            FeatureSchema schema = version.past().model().schema();
            wanted.put(schema.hash(), schema);
        }
        if (!wanted.keySet().equals(schemas.keySet())) {
            features = new PastMarket(history, plan.feed(), plan.timeframe());
            wanted.values().forEach(schema -> features.use(schema, throughMillis));
            schemas = wanted;
        }
    }

    @Override
    public boolean hasSeen(long closeMillis) {
        return models.stream().anyMatch(versions -> versions.hasSeen(closeMillis));
    }

    @Override
    public Walk walk() {
        return Walk.BEGIN;
    }

    @Override
    public PastEnsemble.@Nullable State ensemble() {
        return ensemble.state();
    }

    @Override
    public long featureNanos() {
        return featureNanos;
    }

    @Override
    public long scoringNanos() {
        return models.stream().mapToLong(StagedVersions::scoringNanos).sum();
    }

    @Override
    public void close() {
        models.forEach(StagedVersions::close);
    }
}
