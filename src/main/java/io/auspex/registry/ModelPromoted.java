package io.auspex.registry;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** News: an alias has moved and the version serves. Fired after the commit and the publication. */
@RegisterForReflection // the stream and Kafka tell it as JSON
public record ModelPromoted(
        String model,
        int version,
        @Nullable Integer previous,
        String reason,
        boolean rollback,
        Instant at) {}
