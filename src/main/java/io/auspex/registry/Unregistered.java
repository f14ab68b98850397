package io.auspex.registry;

import io.auspex.platform.Failure;

/** What to say of models and versions that are not in the registry. */
public final class Unregistered {

    private Unregistered() {}

    /** NOT_FOUND {@code no-such-model}. */
    public static Failure model(String name) {
        return new Failure(
                Failure.Category.NOT_FOUND, "no-such-model", "there is no model '" + name + "'");
    }

    /** NOT_FOUND {@code no-such-version}. */
    public static Failure version(String model, int version) {
        return new Failure(
                Failure.Category.NOT_FOUND,
                "no-such-version",
                "there is no version %d of %s".formatted(version, model));
    }
}
