package io.auspex.signals;

import io.auspex.features.CandleRange;
import io.quarkus.runtime.annotations.RegisterForReflection;

/** What is written and read as JSON, declared for the native executable. */
@RegisterForReflection(
        targets = {
            CandleRange.class,
            Decision.class,
            DecisionRule.class,
            PendingSignal.class,
            Receipt.class,
            Receipt.Member.class,
            Receipt.Outlook.class,
            Receipt.Recorded.class,
            Replayed.class,
            Replayed.Difference.class,
            Signal.class,
            TradeOutlook.class
        })
final class NativeJson {

    private NativeJson() {}
}
