package io.auspex.ensemble;

import io.auspex.model.Calibration;
import io.auspex.model.TradeStatistics;
import io.quarkus.runtime.annotations.RegisterForReflection;

/** What is written or read as JSON, declared for the native executable. */
@RegisterForReflection(
        targets = {
            Calibration.class,
            Checkpoint.class,
            EnsembleTerms.class,
            EnsembleTerms.LearningTerms.class,
            EnsembleTerms.RuleStage.class,
            EnsembleTerms.WeightStage.class,
            ExitRule.class,
            ExitRule.Reason.class,
            Learning.Regret.class,
            Learning.State.class,
            LearningRule.class,
            PaperTrader.Open.class,
            PastEnsemble.Learnt.class,
            PastEnsemble.State.class,
            PastEnsemble.Summary.class,
            PastEnsembles.LearnRequest.class,
            Performance.class,
            Reinforcement.Request.class,
            Reinforcement.Started.class,
            ReinforcementSession.class,
            ReinforcementSession.State.class,
            Replay.State.class,
            RuleCalibration.class,
            RuleStyle.class,
            SessionPlan.class,
            SessionPlan.Exits.class,
            SessionPlan.Planned.class,
            SessionResult.class,
            SessionResult.MemberResult.class,
            TradeResult.class,
            TradeResults.Group.class,
            TradeStatistics.class,
            WeightChange.class,
            WeightStore.Learned.class,
            Weights.class
        })
final class NativeJson {

    private NativeJson() {}
}
