package io.auspex.backtest;

import io.auspex.signals.DecisionRule;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What somebody asks for. Everything but the model has a default.
 *
 * @param model that is looked at
 * @param version a number, an alias (champion, challenger, previous), or {@code
 *     as_it_would_have_been} for refits on schedule; absent with {@code versions}: champion
 * @param versions several, one after the other
 * @param refitSchedule of {@code as_it_would_have_been}: {@code every 7d} and the like
 * @param refitZone of its times of day; UTC without
 * @param feed whose candles; absent: the one of the model that runs here
 * @param symbols absent: all that the model speaks for
 * @param from the first close; absent: the first stored, or the first that no version was trained
 *     on
 * @param to the last close; absent: the last stored
 * @param rule what is decided by; absent: as live
 * @param seed of refits and random entries; 1 without
 */
public record BacktestRequest(
        @Nullable String model,
        @Nullable String version,
        @Nullable List<StageRequest> versions,
        @Nullable String refitSchedule,
        @Nullable String refitZone,
        @Nullable String feed,
        @Nullable List<String> symbols,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable Boolean allowInSample,
        @Nullable DecisionRule rule,
        @Nullable PaperRequest rules,
        @Nullable Long seed,
        @Nullable Integer randomDraws) {

    /** The version that stands for refits on schedule. */
    public static final String AS_IT_WOULD_HAVE_BEEN = "as_it_would_have_been";

    /**
     * A version and when it takes over.
     *
     * @param version a number or an alias
     * @param from the first close that it decides; absent of the first: the beginning
     */
    public record StageRequest(@Nullable String version, @Nullable Instant from) {}

    /**
     * What differs from the standard rules.
     *
     * @param horizonCandles absent: the horizon of the model
     * @param stopLoss absent: the stop of the model, when it is a plain fraction; 0: none
     */
    public record PaperRequest(
            @Nullable FillPrice fill,
            @Nullable Integer horizonCandles,
            @Nullable Double stopLoss,
            @Nullable Boolean exitOnOpposite,
            @Nullable Double fee,
            @Nullable Double slippage,
            @Nullable Integer maxPositions,
            @Nullable Double positionShare,
            @Nullable Boolean longs,
            @Nullable Boolean shorts,
            @Nullable Double startEquity) {

        static final PaperRequest NONE =
                new PaperRequest(null, null, null, null, null, null, null, null, null, null, null);
    }
}
