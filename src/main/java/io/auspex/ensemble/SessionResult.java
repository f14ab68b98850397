package io.auspex.ensemble;

import io.auspex.model.TradeStatistics;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What came of a session.
 *
 * @param applied whether the weights are in force now
 * @param appliedReason one sentence: why, or why not
 * @param inSample one sentence when a member has seen the period before; null when none has
 * @param weightsBefore of those who took part, as shares of them
 * @param weightsAfter likewise
 * @param members the ensemble itself last
 * @param openPositions not closed at the end of the period, and not counted
 */
public record SessionResult(
        boolean applied,
        String appliedReason,
        @Nullable String inSample,
        SortedMap<String, Double> weightsBefore,
        SortedMap<String, Double> weightsAfter,
        Learning.Regret regret,
        List<MemberResult> members,
        int openPositions) {

    public SessionResult {
        members = List.copyOf(members);
    }

    /**
     * How a member did.
     *
     * @param inSample whether its version has seen a part of the period in training, so that its
     *     figures here say little about its future; null for the ensemble and when nobody knows
     * @param overlap share of the period that it has seen, 0 to 1; null with {@code inSample}
     * @param trainedFrom null when nobody knows
     */
    public record MemberResult(
            String member,
            @Nullable String model,
            @Nullable Integer version,
            @Nullable Boolean inSample,
            @Nullable Double overlap,
            @Nullable Instant trainedFrom,
            @Nullable Instant trainedTo,
            TradeStatistics statistics) {}
}
