package io.auspex.ensemble;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of the weight history.
 *
 * @param revision of the weights in force that it belongs to; null for one within a session
 * @param session on past candles in which it happened; null for a change of the weights in force
 * @param oldWeight null for a member that was new
 * @param reason one sentence
 * @param context of the trade that moved it; null without one
 */
public record WeightChange(
        long id,
        @Nullable Long revision,
        @Nullable String session,
        String member,
        @Nullable Double oldWeight,
        double newWeight,
        Instant changedAt,
        String reason,
        @Nullable JsonNode context) {}
