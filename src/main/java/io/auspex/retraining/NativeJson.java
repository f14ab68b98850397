package io.auspex.retraining;

import io.auspex.dataset.CandleOrder;
import io.auspex.dataset.JobSpec;
import io.auspex.features.Family;
import io.auspex.features.FeatureDeclaration;
import io.auspex.features.FeatureSchema;
import io.auspex.features.FeatureSet;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Calibration;
import io.auspex.model.Evidence;
import io.auspex.model.FeatureProfile;
import io.auspex.model.GateSpec;
import io.auspex.model.Head;
import io.auspex.model.HeadMetrics;
import io.auspex.model.LossTest;
import io.auspex.model.MarketSpec;
import io.auspex.model.Measures;
import io.auspex.model.ModelKind;
import io.auspex.model.ModelSpec;
import io.auspex.model.Quality;
import io.auspex.model.SharpeRatio;
import io.auspex.model.TargetSpec;
import io.auspex.model.TrainerSpec;
import io.auspex.model.TrainingReport;
import io.auspex.model.ValidationSpec;
import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * What plain packages write and read as JSON, declared for the native executable: they cannot say
 * it themselves.
 */
@RegisterForReflection(
        targets = {
            Calibration.class,
            CandleOrder.class,
            Evidence.class,
            Family.class,
            FeatureDeclaration.class,
            FeatureProfile.class,
            FeatureProfile.Feature.class,
            FeatureSchema.class,
            FeatureSet.class,
            GateSpec.class,
            Head.class,
            HeadMetrics.class,
            HeadMetrics.Probability.class,
            HeadMetrics.Return.class,
            JobSpec.class,
            LossTest.class,
            LossTest.Tested.class,
            LossTest.Untestable.class,
            MarketSpec.class,
            ModelKind.class,
            ModelSpec.class,
            Quality.class,
            Quality.Deflated.class,
            Quality.Reliability.class,
            Quality.Trading.class,
            Measures.ReliabilityBin.class,
            SharpeRatio.class,
            Symbol.class,
            TargetSpec.class,
            Timeframe.class,
            TrainerSpec.class,
            TrainerSpec.Boosting.class,
            TrainerSpec.Mode.class,
            TrainingReport.class,
            TrainingReport.Data.class,
            TrainingReport.FoldReport.class,
            TrainingReport.Probe.class,
            TrainingReport.Provenance.class,
            ValidationSpec.class
        },
        // A worker's own.
        classNames = {"io.auspex.training.Phase", "io.auspex.training.ProgressLines$Line"})
final class NativeJson {

    private NativeJson() {}
}
