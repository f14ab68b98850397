package io.auspex.shadow;

import io.auspex.market.CandleHistory;
import io.auspex.model.Evidence;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.serving.ModelServer;
import io.auspex.shadow.ShadowTrial.State;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Takes the looks of a trial and does what follows from them. Blocking, on the runner's thread. A
 * decision that cannot be carried out now (memory, database) is taken again at the next close, from
 * the same figures.
 */
@ApplicationScoped
class TrialJudge {

    private static final Logger LOG = Logger.getLogger(TrialJudge.class);

    private final TrialStore store;
    private final ModelRegistry registry;
    private final ModelServer server;
    private final CandleHistory history;
    private final ShadowConfig config;

    TrialJudge(
            TrialStore store,
            ModelRegistry registry,
            ModelServer server,
            CandleHistory history,
            ShadowConfig config) {
        this.store = store;
        this.registry = registry;
        this.server = server;
        this.history = history;
        this.config = config;
    }

    /**
     * Takes a look that is due.
     *
     * @return whether the trial is over
     */
    boolean look(ActiveTrial active, int look) {
        ShadowTrial trial = active.trial;
        boolean challenge = trial.kind() == ShadowTrial.Kind.CHALLENGE;
        List<ShadowPair> pairs =
                Await.item(() -> store.pairs(trial.id(), active.lastCloseMillis(look)));
        Evidence evidence =
                new ShadowOutcomes(history, active.spec, trial.feed())
                        .rows(pairs, challenge)
                        .evidence(ShadowOutcomes.horizonMillis(active.spec));
        TrialRule rule =
                challenge
                        ? new TrialRule(Math.min(0.49, 2 * active.spec.gate().significance()), 1)
                        : new TrialRule(config.watchErrorRate(), trial.looks());
        Optional<String> worse = rule.worse(evidence);
        String found =
                "v%d beside v%d %s: %s after %d live closes (%s)"
                        .formatted(
                                challenge ? trial.shadow() : trial.champion(),
                                challenge ? trial.champion() : trial.shadow(),
                                challenge
                                        ? "as its challenger"
                                        : "that it replaced, look %d of %d"
                                                .formatted(look, trial.looks()),
                                worse.orElse("not worse by more than chance"),
                                trial.closesOfLook(look),
                                rule.figures(evidence));
        LOG.infof("%s: %s", trial.model(), found);
        boolean over =
                challenge
                        ? challenged(trial, look, worse.isPresent(), found)
                        : watched(trial, look, worse.isPresent(), found);
        active.looked(look);
        return over;
    }

    /** Ends a trial about which nothing can be said any more. */
    void cancel(ShadowTrial trial, String why) {
        Await.item(() -> store.decide(trial, trial.looked(), State.CANCELLED, why));
        server.endShadow(trial.model());
        LOG.infof("%s: the trial beside v%d ends: %s", trial.model(), trial.champion(), why);
    }

    /** The version in the shadow cannot run. A challenger that cannot is no champion either. */
    void unusable(ShadowTrial trial, String why) {
        switch (trial.kind()) {
            case WATCH -> cancel(trial, why);
            case CHALLENGE -> reject(trial, trial.looked(), why);
        }
    }

    private boolean watched(ShadowTrial trial, int look, boolean worse, String found) {
        if (worse) {
            try {
                Await.item(() -> server.rollback(trial.model(), trial.champion(), found));
                close(trial, look, State.ROLLED_BACK, found);
            } catch (Failure failure) {
                if (!failure.slug().equals("champion-changed")
                        && !failure.slug().equals("no-previous")) {
                    throw failure;
                }
                cancel(trial, String.valueOf(failure.getMessage()));
            }
            return true;
        }
        if (look == trial.looks()) {
            close(trial, look, State.KEPT, found);
            server.endShadow(trial.model());
            return true;
        }
        Await.item(() -> store.looked(trial, look, found));
        return false;
    }

    private boolean challenged(ShadowTrial trial, int look, boolean worse, String found) {
        if (worse) {
            reject(trial, look, found);
            return true;
        }
        String gate =
                Await.item(() -> registry.version(trial.model(), trial.shadow()))
                        .map(ModelVersion::reason)
                        .map(reason -> reason + "; ")
                        .orElse("");
        try {
            Await.item(() -> server.promote(trial.model(), trial.shadow(), gate + found, false));
            close(trial, look, State.TOOK_OVER, found);
        } catch (Failure failure) {
            switch (failure.slug()) {
                case "version-unusable" ->
                        close(trial, look, State.REJECTED, String.valueOf(failure.getMessage()));
                case "version-rejected", "already-champion" ->
                        cancel(trial, String.valueOf(failure.getMessage()));
                default -> throw failure;
            }
        }
        return true;
    }

    private void reject(ShadowTrial trial, int look, String why) {
        try {
            Await.item(() -> registry.reject(trial.model(), trial.shadow(), why));
            close(trial, look, State.REJECTED, why);
        } catch (Failure failure) {
            if (!failure.slug().equals("version-rejected")
                    && !failure.slug().equals("version-promoted")) {
                throw failure;
            }
            cancel(trial, String.valueOf(failure.getMessage()));
        }
        server.endShadow(trial.model());
    }

    private void close(ShadowTrial trial, int look, State state, String reason) {
        Await.item(() -> store.decide(trial, look, state, reason));
    }
}
