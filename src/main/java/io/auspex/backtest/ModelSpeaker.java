package io.auspex.backtest;

import io.auspex.backtest.RunState.Walk;
import io.auspex.ensemble.PastEnsemble;
import io.auspex.features.FeatureSchema;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.serving.PastMarket;
import io.auspex.signals.PendingSignal;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One model, in the version of the moment. It does not close the source of its versions. */
final class ModelSpeaker implements Speaker {

    private final BacktestPlan plan;
    private final CandleHistory history;
    private final VersionSource versions;
    private PastMarket features;
    private String schemaHash = "";
    private long featureNanos;

    ModelSpeaker(BacktestPlan plan, CandleHistory history, VersionSource versions) {
        this.plan = plan;
        this.history = history;
        this.versions = versions;
        this.features = new PastMarket(history, plan.feed(), plan.timeframe());
    }

    @Override
    public List<PendingSignal> hear(
            MarketClose close, Optional<MarketClose> traded, long beforeMillis)
            throws IOException, InterruptedException {
        Optional<OpenVersion> version = versions.at(close.closeTimeMillis(), beforeMillis);
        long start = System.nanoTime();
        if (version.isPresent()) {
            use(version.get().past().model().schema(), beforeMillis);
        }
        features.accept(close);
        featureNanos += System.nanoTime() - start;
        return version.isEmpty() || traded.isEmpty()
                ? List.of()
                : version.get()
                        .maker()
                        .signals(version.get().past().model(), traded.get(), features::vectors);
    }

    /** Features of another schema begin with what is known now; those before are not needed. */
    private void use(FeatureSchema schema, long throughMillis) {
        if (!schema.hash().equals(schemaHash)) {
            features = new PastMarket(history, plan.feed(), plan.timeframe());
            features.use(schema, throughMillis);
            schemaHash = schema.hash();
        }
    }

    @Override
    public boolean hasSeen(long closeMillis) {
        return versions.hasSeen(closeMillis);
    }

    @Override
    public Walk walk() {
        return versions.walk();
    }

    @Override
    public PastEnsemble.@Nullable State ensemble() {
        return null;
    }

    @Override
    public long featureNanos() {
        return featureNanos;
    }

    @Override
    public long scoringNanos() {
        return versions.scoringNanos();
    }

    @Override
    public void close() {
        versions.close();
    }
}
