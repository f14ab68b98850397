package io.auspex.triggers;

import io.quarkus.runtime.annotations.RegisterForReflection;

/** What is written to the database and to the stream as JSON, for the native executable. */
@RegisterForReflection(
        targets = {
            RefitRules.class,
            RefitRules.Drift.class,
            RefitRules.Limits.class,
            RefitRules.Performance.class,
            RefitRules.Time.class,
            RefitRules.Trades.class,
            RetrainingChange.class,
            RetrainingDecision.class,
            Runs.class
        })
final class NativeJson {

    private NativeJson() {}
}
