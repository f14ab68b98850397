package io.auspex.shadow;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Tells of trials, and hears that there may be another one to begin. */
@ApplicationScoped
public class Shadows {

    /** Most trials of one answer. */
    private static final int MAX_TRIALS = 100;

    private final TrialStore store;
    private final ShadowRunner runner;

    Shadows(TrialStore store, ShadowRunner runner) {
        this.store = store;
        this.runner = runner;
    }

    /** The trials of a model, newest first; none when there is no such model. */
    public Uni<List<ShadowTrial>> trials(String model) {
        return store.trials(model, MAX_TRIALS);
    }

    /** Something about a model was set: what follows from it is looked at with the next close. */
    public void settingsChanged() {
        runner.lookAround();
    }
}
