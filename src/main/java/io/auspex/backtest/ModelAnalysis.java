package io.auspex.backtest;

import io.auspex.feedback.GuardState;
import io.auspex.feedback.LiveFigures;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model over time, and what follows from it.
 *
 * @param champion null when none was ever promoted
 * @param versions newest first
 * @param live accuracy, log loss, Brier, coverage, drift since the champion took over; null when it
 *     has no live figures
 * @param guards what holds signals back at present
 * @param dryRun the account that follows the live signals; null when there is none
 * @param importance features over the versions, those that ever mattered most first
 * @param correlations of the symbols of the market, the most correlated first
 * @param recommendations those whose rule fires, in the order of {@code docs/backtest.md}
 */
public record ModelAnalysis(
        String model,
        @Nullable Integer champion,
        List<VersionFigures> versions,
        @Nullable LiveFigures live,
        List<GuardState> guards,
        @Nullable DryRunFigures dryRun,
        List<FeatureImportance> importance,
        List<SymbolCorrelation> correlations,
        List<Recommendation> recommendations) {

    public ModelAnalysis {
        versions = List.copyOf(versions);
        guards = List.copyOf(guards);
        importance = List.copyOf(importance);
        correlations = List.copyOf(correlations);
        recommendations = List.copyOf(recommendations);
    }

    /**
     * The dry run of the model.
     *
     * @param id of its reports
     */
    public record DryRunFigures(long id, Figures figures) {}

    /**
     * A feature's share of the gain in each version.
     *
     * @param shares in the order of {@link ModelAnalysis#versions}; 0 where it was not used
     */
    public record FeatureImportance(String feature, List<Double> shares) {

        public FeatureImportance {
            shares = List.copyOf(shares);
        }
    }
}
