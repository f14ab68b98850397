package io.auspex.backtest;

import io.auspex.backtest.ModelAnalysis.DryRunFigures;
import io.auspex.backtest.ModelAnalysis.FeatureImportance;
import io.auspex.feedback.LiveFeedback;
import io.auspex.feedback.LiveFigures;
import io.auspex.ingest.CandleStore;
import io.auspex.ingest.IngestStatus;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.model.MarketSpec;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.RegisteredModel;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;

/** Gathers what there is to say of a model. Blocking. */
@ApplicationScoped
public class ModelAnalyses {

    private static final int VERSIONS = 30;
    private static final int FEATURES = 40;
    private static final int SYMBOLS = 30;
    private static final int CLOSES = 2_000;

    private final ModelRegistry registry;
    private final LiveFeedback feedback;
    private final BacktestArchive archive;
    private final BacktestService backtests;
    private final CandleStore candles;
    private final IngestStatus ingest;

    ModelAnalyses(
            ModelRegistry registry,
            LiveFeedback feedback,
            BacktestArchive archive,
            BacktestService backtests,
            CandleStore candles,
            IngestStatus ingest) {
        this.registry = registry;
        this.feedback = feedback;
        this.archive = archive;
        this.backtests = backtests;
        this.candles = candles;
        this.ingest = ingest;
    }

    /**
     * The analysis.
     *
     * @throws Failure NOT_FOUND {@code no-such-model}
     */
    public ModelAnalysis of(String name) {
        RegisteredModel model =
                Await.item(() -> registry.model(name))
                        .orElseThrow(() ->
                                new Failure(
                                        Failure.Category.NOT_FOUND,
                                        "no-such-model",
                                        "there is no model '" + name + "'"));
        List<ModelVersion> all = Await.item(() -> registry.versions(name));
        List<VersionFigures> versions =
                all.stream().limit(VERSIONS).map(VersionFigures::of).toList();
        VersionFigures champion =
                all.stream()
                        .filter(version -> Objects.equals(version.version(), model.champion()))
                        .findFirst()
                        .map(VersionFigures::of)
                        .orElse(null);
        LiveFigures live = feedback.figures(name).orElse(null);
        List<SymbolCorrelation> correlations = correlations(model.spec().market());
        return new ModelAnalysis(
                name,
                model.champion(),
                versions,
                live,
                feedback.guards(name),
                dryRun(name).orElse(null),
                importance(versions),
                correlations,
                new Advice(model.spec(), champion, versions, live, correlations).recommendations());
    }

    private Optional<DryRunFigures> dryRun(String name) {
        return archive.dryRuns().stream()
                .filter(run -> run.model().equals(name))
                .findFirst()
                .map(run -> new DryRunFigures(run.id(), backtests.report(run.id()).figures()));
    }

    private List<SymbolCorrelation> correlations(MarketSpec market) {
        String feed = ingest.snapshot().feed().filter(market::coversFeed).orElse(market.feed());
        OptionalLong last = candles.lastClose(feed, market.timeframe());
        if (last.isEmpty()) {
            return List.of();
        }
        List<MarketClose> closes =
                candles.closes(
                        feed,
                        market.timeframe(),
                        last.getAsLong() - CLOSES * market.timeframe().millis(),
                        last.getAsLong());
        TreeSet<Symbol> symbols = new TreeSet<>();
        closes.getLast()
                .candles()
                .forEach(candle -> {
                    if (market.covers(feed, candle.symbol(), candle.timeframe())) {
                        symbols.add(candle.symbol());
                    }
                });
        return SymbolCorrelation.of(closes, symbols.stream().limit(SYMBOLS).toList());
    }

    /** The features that ever mattered most, over the versions. */
    private static List<FeatureImportance> importance(List<VersionFigures> versions) {
        TreeSet<String> names = new TreeSet<>();
        versions.forEach(version -> names.addAll(version.importance().keySet()));
        List<FeatureImportance> rows = new ArrayList<>();
        for (String feature : names) {
            rows.add(
                    new FeatureImportance(
                            feature,
                            versions.stream()
                                    .map(version -> version.importance().getOrDefault(feature, 0.0))
                                    .toList()));
        }
        rows.sort(
                Comparator.comparingDouble(
                        row -> -row.shares().stream().mapToDouble(share -> share).max().orElse(0)));
        return rows.subList(0, Math.min(FEATURES, rows.size()));
    }
}
