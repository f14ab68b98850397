package io.auspex.kafka;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A move of a model's champion, as a message.
 *
 * @param kind {@code PROMOTION} or {@code ROLLBACK}
 * @param previous the champion before; null for the first
 */
@RegisterForReflection
record ModelEvent(
        long id,
        String kind,
        String model,
        int version,
        @Nullable Integer previous,
        String reason,
        Instant at) {}
