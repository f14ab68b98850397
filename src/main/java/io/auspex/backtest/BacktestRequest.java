package io.auspex.backtest;

import io.auspex.ensemble.PastEnsembles.LearnRequest;
import io.auspex.signals.DecisionRule;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What somebody asks for. Everything but the model has a default.
 *
 * @param model that is looked at; {@code ensemble} for all members together
 * @param version a number, an alias (champion, challenger, previous), or {@code
 *     as_it_would_have_been} for refits on schedule; absent with {@code versions}: champion. Of the
 *     ensemble: champion, or {@code as_it_was} for what the ledger says that its members were
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
 * @param members of the ensemble: the version of a member, a number or an alias, instead
 * @param weights of the ensemble, by member, for the whole period; absent: those as of each close
 * @param learn of the ensemble: closed trades of its members move the weights along the way
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
        @Nullable Integer randomDraws,
        @Nullable Map<String, String> members,
        @Nullable Map<String, Double> weights,
        @Nullable LearnRequest learn) {

    /** The version that stands for refits on schedule. */
    public static final String AS_IT_WOULD_HAVE_BEEN = "as_it_would_have_been";

    /** The version that stands for what the ledger says that it was. */
    public static final String AS_IT_WAS = "as_it_was";

    /** Of a single model. */
    public BacktestRequest(
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
        this(
                model,
                version,
                versions,
                refitSchedule,
                refitZone,
                feed,
                symbols,
                from,
                to,
                allowInSample,
                rule,
                rules,
                seed,
                randomDraws,
                null,
                null,
                null);
    }

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
