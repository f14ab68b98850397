package io.auspex.trades;

import io.quarkus.runtime.annotations.RegisterForReflection;

/** What is written as JSON, declared for the native executable. */
@RegisterForReflection(
        targets = {
            ClosedTrade.class,
            Direction.class,
            EntryContext.class,
            TradeResult.class,
            TradeResult.Accepted.class,
            TradeResult.Buffered.class,
            TradeResult.Conflict.class,
            TradeResult.Duplicate.class,
            TradeResult.Refused.class
        })
final class NativeJson {

    private NativeJson() {}
}
