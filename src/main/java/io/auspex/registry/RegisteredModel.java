package io.auspex.registry;

import io.auspex.model.ModelSpec;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A model and its aliases.
 *
 * @param champion the version that serves; null when none was ever promoted
 * @param challenger the version that runs in the shadow; null when there is none
 * @param previous the champion before; null when there was none
 */
public record RegisteredModel(
        ModelSpec spec,
        @Nullable Integer champion,
        @Nullable Integer previous,
        @Nullable Integer challenger,
        int lastVersion,
        Instant updatedAt,
        ModelPolicy policy) {

    /** One about which nobody has set anything. */
    public RegisteredModel(
            ModelSpec spec,
            @Nullable Integer champion,
            @Nullable Integer previous,
            @Nullable Integer challenger,
            int lastVersion,
            Instant updatedAt) {
        this(spec, champion, previous, challenger, lastVersion, updatedAt, ModelPolicy.STANDARD);
    }

    public String name() {
        return spec.name();
    }
}
