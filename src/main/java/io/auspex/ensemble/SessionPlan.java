package io.auspex.ensemble;

import io.auspex.market.Timeframe;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that a session was started with. It does not change while the session runs, or runs again
 * after a restart.
 *
 * @param after the period's closes are later than this
 * @param to and not later than this
 * @param apply whether the weights are to become those in force in the end; null for: only when no
 *     member has seen the period before
 * @param weightsRevision of the weights that it begins with
 * @param members who take part
 * @param leftOut who has a weight and does not, and why
 */
public record SessionPlan(
        String feed,
        Timeframe timeframe,
        int symbols,
        int testPeriodDays,
        Instant after,
        Instant to,
        double learningRate,
        double rewardMultiplier,
        double punishmentMultiplier,
        @Nullable Boolean apply,
        long weightsRevision,
        List<Planned> members,
        Map<String, String> leftOut,
        Exits exits) {

    public SessionPlan {
        members = List.copyOf(members);
        leftOut = Map.copyOf(leftOut);
    }

    /**
     * A member.
     *
     * @param model null for one without
     * @param version of the model; of the rules; 0 for one whose recorded answers are taken
     * @param weight in force when the session was started
     * @param trainedFrom what its version was made from begins here; null when nobody knows
     * @param trainedTo and ends here
     */
    public record Planned(
            String name,
            @Nullable String model,
            int version,
            boolean unproven,
            double weight,
            @Nullable Instant trainedFrom,
            @Nullable Instant trainedTo) {}

    /**
     * When paper trades end.
     *
     * @param horizonMillis how long one is held
     * @param stop adverse move, as a fraction
     * @param roundTripFee as a fraction
     */
    public record Exits(long horizonMillis, double stop, double roundTripFee) {}

    ExitRule exitRule() {
        return new ExitRule(exits.horizonMillis(), exits.stop(), exits.roundTripFee());
    }

    SortedMap<String, Double> base() {
        SortedMap<String, Double> base = new TreeMap<>();
        members.forEach(member -> base.put(member.name(), member.weight()));
        return base;
    }

    /** Share of the period that is within a member's training window, 0 to 1; null: unknown. */
    @Nullable Double overlap(@Nullable Instant trainedFrom, @Nullable Instant trainedTo) {
        if (trainedFrom == null || trainedTo == null) {
            return null;
        }
        double length = to.toEpochMilli() - after.toEpochMilli();
        long from = Math.max(after.toEpochMilli(), trainedFrom.toEpochMilli());
        long until = Math.min(to.toEpochMilli(), trainedTo.toEpochMilli());
        return length <= 0 ? 0 : Math.max(0, until - from) / length;
    }
}
