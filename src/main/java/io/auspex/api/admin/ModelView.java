package io.auspex.api.admin;

import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.registry.ModelPolicy;
import io.auspex.registry.RegisteredModel;
import io.auspex.serving.ServingStatus;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A model as clients see it.
 *
 * @param champion the version that the registry names; null when none was ever promoted
 * @param serving what answers in this process; null when the model was never to be served here
 */
@Schema(name = "Model")
record ModelView(
        String name,
        @Nullable Integer champion,
        @Nullable Integer previous,
        @Nullable Integer challenger,
        int lastVersion,
        MarketSpec market,
        @Nullable ServingStatus serving,
        ModelSpec spec,
        ModelPolicy policy,
        Instant updatedAt) {

    static ModelView of(RegisteredModel model, List<ServingStatus> served) {
        return new ModelView(
                model.name(),
                model.champion(),
                model.previous(),
                model.challenger(),
                model.lastVersion(),
                model.spec().market(),
                served.stream()
                        .filter(status -> status.model().equals(model.name()))
                        .findFirst()
                        .orElse(null),
                model.spec(),
                model.policy(),
                model.updatedAt());
    }
}
