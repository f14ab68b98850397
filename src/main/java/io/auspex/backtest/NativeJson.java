package io.auspex.backtest;

import io.auspex.signals.DecisionRule;
import io.quarkus.runtime.annotations.RegisterForReflection;

/** What is written and read as JSON, declared for the native executable. */
@RegisterForReflection(
        targets = {
            AccountState.class,
            AccountState.MonthTally.class,
            AccountState.SymbolBook.class,
            Backtest.class,
            BacktestKind.class,
            BacktestPlan.class,
            BacktestReport.class,
            BacktestReport.MonthRow.class,
            BacktestReport.RefitRow.class,
            BacktestReport.SymbolRow.class,
            BacktestRequest.class,
            BacktestRequest.PaperRequest.class,
            BacktestRequest.StageRequest.class,
            BacktestState.class,
            DecisionRule.class,
            EquityDay.class,
            ExitReason.class,
            Figures.class,
            FillPrice.class,
            ModelAnalysis.class,
            ModelAnalysis.DryRunFigures.class,
            ModelAnalysis.FeatureImportance.class,
            PaperOrder.class,
            PaperPosition.class,
            PaperRules.class,
            PaperTrade.class,
            RandomComparison.class,
            Recommendation.class,
            RunState.class,
            RunState.Walk.class,
            SymbolCorrelation.class,
            Tally.class,
            VersionFigures.class,
            VersionPlan.class,
            VersionPlan.Ensemble.class,
            VersionPlan.MemberStages.class,
            VersionPlan.Refits.class,
            VersionPlan.Stage.class
        })
final class NativeJson {

    private NativeJson() {}
}
