package io.auspex.api.admin;

import io.auspex.ensemble.PastEnsembles;
import io.auspex.platform.Failure;

/** What to say of a name that no model has. */
final class NoSuchModel {

    private NoSuchModel() {}

    static Failure named(String name) {
        return new Failure(
                Failure.Category.NOT_FOUND,
                "no-such-model",
                name.equals(PastEnsembles.NAME)
                        ? "the ensemble is no model of its own, it has no versions and no training: its live"
                                + " figures are at /api/models/ensemble/live once it has spoken"
                                + " (--ensemble.enabled=true), its weights at /api/models/weights, its"
                                + " members among /api/models, and POST /api/backtests takes it as a model"
                        : "there is no model '" + name + "'");
    }
}
