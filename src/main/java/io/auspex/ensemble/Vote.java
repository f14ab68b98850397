package io.auspex.ensemble;

import io.auspex.features.CandleRange;
import io.auspex.model.Head;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What comes of asking a member about a symbol at a close. */
public sealed interface Vote {

    /**
     * It says something.
     *
     * @param version of the member: of its model, its rules, its prompt
     * @param identity names exactly what spoke: a schema's hash, a prompt's
     * @param artefact SHA-256 of its model file; a text that names it when there is none
     * @param candles what its answer can depend on; empty when that cannot be told
     * @param heads every head of a model of the market, finite; probabilities calibrated
     * @param unproven nobody asked for its evidence
     * @param note a line for people, shown beside the signal; null for none
     * @param answer SHA-256 of what it answered, in hexadecimal, when nobody can ask it again; null
     *     for one that says the same whenever it is asked
     */
    record Said(
            int version,
            String identity,
            String artefact,
            List<CandleRange> candles,
            Map<Head, Double> heads,
            boolean unproven,
            @Nullable String note,
            @Nullable String answer)
            implements Vote {

        public Said {
            candles = List.copyOf(candles);
            heads = Map.copyOf(heads);
        }

        /** One that says the same whenever it is asked. */
        public Said(
                int version,
                String identity,
                String artefact,
                List<CandleRange> candles,
                Map<Head, Double> heads,
                boolean unproven,
                @Nullable String note) {
            this(version, identity, artefact, candles, heads, unproven, note, null);
        }
    }

    /**
     * It does not count this time.
     *
     * @param reason one sentence
     */
    record LeftOut(String reason) implements Vote {}
}
