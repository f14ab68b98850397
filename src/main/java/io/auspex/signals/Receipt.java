package io.auspex.signals;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.auspex.features.CandleRange;
import io.auspex.model.Head;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a signal was made of, kept with it from its emission on: enough to compute it again, and to
 * say whether what it was computed from is still what is stored.
 *
 * @param artefact SHA-256 of the model file, in hexadecimal; null when members spoke
 * @param candles what its features can depend on: its own symbol's first, then those of correlated
 *     symbols
 * @param rule with its parameters of then
 * @param guard what a {@link SignalGuard} said that held it back: it depends on what was live then
 *     and cannot be computed again; null when all let it pass
 * @param members who spoke, for an ensemble; empty when one model did
 * @param outlook where the expected profit came from; null without one
 */
public record Receipt(
        @Nullable String artefact,
        List<CandleRange> candles,
        DecisionRule rule,
        @Nullable String guard,
        List<Member> members,
        @Nullable Outlook outlook) {

    public Receipt {
        candles = List.copyOf(candles);
        members = List.copyOf(members);
    }

    /** Of one model. */
    static Receipt of(
            String artefact, List<CandleRange> candles, DecisionRule rule, @Nullable String guard) {
        return new Receipt(artefact, candles, rule, guard, List.of(), null);
    }

    /** Of an ensemble. */
    public static Receipt of(DecisionRule rule, List<Member> members) {
        return new Receipt(null, List.of(), rule, null, members, null);
    }

    Receipt with(Outlook source) {
        return new Receipt(artefact, candles, rule, guard, members, source);
    }

    /**
     * A member of an ensemble, as it was when the signal was made.
     *
     * @param artefact SHA-256 of its model file
     * @param weight in [0, 1]; 0 when it was left out
     * @param heads what it said; empty when it did not
     * @param candles what its features can depend on
     * @param leftOut why it did not count, in one sentence; null when it did
     * @param recorded the rest of its answer; null for one that can be asked again
     */
    public record Member(
            String name,
            int version,
            String artefact,
            double weight,
            Map<Head, Double> heads,
            List<CandleRange> candles,
            @Nullable String leftOut,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Recorded recorded) {

        public Member {
            heads = SignalColumns.inOrder(heads);
            candles = List.copyOf(candles);
        }

        /** One that can be asked again. */
        public Member(
                String name,
                int version,
                String artefact,
                double weight,
                Map<Head, Double> heads,
                List<CandleRange> candles,
                @Nullable String leftOut) {
            this(name, version, artefact, weight, heads, candles, leftOut, null);
        }
    }

    /**
     * The answer of a member that nobody can ask again, such as a language model: whoever looks
     * back takes it from here.
     *
     * @param identity names exactly what spoke, such as a prompt
     * @param unproven as its vote was
     * @param reason its line for people; null without one
     * @param answer SHA-256 of what it answered, word for word, in hexadecimal
     */
    public record Recorded(
            String identity, boolean unproven, @Nullable String reason, String answer) {}

    /**
     * The trade-outcome model that said what to expect of the trade.
     *
     * @param artefact SHA-256 of its model file
     * @param candles what its features can depend on
     */
    public record Outlook(String model, int version, String artefact, List<CandleRange> candles) {

        public Outlook {
            candles = List.copyOf(candles);
        }
    }
}
