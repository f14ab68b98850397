package io.auspex.serving;

import io.auspex.platform.Await;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.RegisteredModel;
import io.auspex.registry.Unregistered;

/** Looks at the registry that wait for the answer, and fail with NOT_FOUND when it has none. */
record Registered(ModelRegistry registry) {

    RegisteredModel model(String name) {
        return Await.item(() -> registry.model(name)).orElseThrow(() -> Unregistered.model(name));
    }

    ModelVersion version(String model, int version) {
        return Await.item(() -> registry.version(model, version))
                .orElseThrow(() -> Unregistered.version(model, version));
    }
}
