package io.auspex.api.inference;

import io.auspex.platform.Failure;
import java.util.regex.Pattern;

/** Model names as clients write them. */
final class ModelName {

    /** What a registered model can be called; anything else need not be looked up. */
    private static final Pattern POSSIBLE = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    private ModelName() {}

    /**
     * Refuses what no model can be called, among it what a database cannot even be asked about.
     *
     * @throws Failure NOT_FOUND {@code no-such-model}
     */
    static String require(String name) {
        if (!POSSIBLE.matcher(name).matches()) {
            throw new Failure(
                    Failure.Category.NOT_FOUND,
                    "no-such-model",
                    "there is no model '" + Signature.quoted(name) + "'");
        }
        return name;
    }
}
