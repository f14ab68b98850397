package io.auspex.ensemble;

import io.auspex.features.Readiness;
import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import io.auspex.serving.LiveVector;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The member that is a set of rules: the score of the indicators, and what it was found to mean.
 *
 * @param calibration null while there is none
 */
record RuleMember(IndicatorRules rules, @Nullable RuleCalibration calibration) implements Member {

    @Override
    public String name() {
        return Members.TRADING;
    }

    @Override
    public CompletionStage<Map<Symbol, Vote>> ask(Question question) {
        Map<Symbol, LiveVector> vectors = question.vectors().apply(rules.schema().hash());
        Map<Symbol, Vote> votes = new HashMap<>();
        for (Candle candle : question.close().candles()) {
            votes.put(
                    candle.symbol(),
                    vote(vectors.get(candle.symbol()), question.close().closeTimeMillis()));
        }
        return CompletableFuture.completedFuture(votes);
    }

    private Vote vote(@Nullable LiveVector vector, long closeTimeMillis) {
        if (calibration == null) {
            return new Vote.LeftOut(
                    "fewer than %d scores of the rules have a known outcome"
                            .formatted(RuleCalibration.MIN_ROWS));
        }
        if (vector == null || vector.closeTimeMillis() != closeTimeMillis) {
            return new Vote.LeftOut("there are no features for this close");
        }
        return switch (vector.readiness()) {
            case Readiness.NotReady notReady -> new Vote.LeftOut(notReady.reason());
            case Readiness.Ready _ ->
                    new Vote.Said(
                            calibration.rules(),
                            rules.schema().hash(),
                            calibration.identity(),
                            vector.candles(),
                            calibration.heads(rules.score(calibration.style(), vector.values())),
                            false,
                            null);
        };
    }
}
