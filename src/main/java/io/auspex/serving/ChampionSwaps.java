package io.auspex.serving;

import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.registry.ModelPromoted;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.RegisteredModel;
import io.auspex.registry.VersionState;
import io.auspex.serving.ServingMetrics.Outcome;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Event;
import java.util.Objects;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Who is to be champion: every change of it as the registry and this process make it together. For
 * the virtual thread of a swap, in the turn of its model ({@link ServedModels#inTurn}). A step that
 * fails leaves the old version as it is; a candidate that cannot serve is rejected in the registry
 * with the reason.
 */
final class ChampionSwaps {

    private static final Logger LOG = Logger.getLogger(ChampionSwaps.class);

    private final ModelRegistry registry;
    private final Registered registered;
    private final SwapSteps steps;
    private final ServingMetrics metrics;
    private final Event<ModelPromoted> promoted;
    private final boolean demonstration;

    /**
     * @param demonstration every answer is marked as unproven
     */
    ChampionSwaps(
            ModelRegistry registry,
            SwapSteps steps,
            ServingMetrics metrics,
            Event<ModelPromoted> promoted,
            boolean demonstration) {
        this.registry = registry;
        this.registered = new Registered(registry);
        this.steps = steps;
        this.metrics = metrics;
        this.promoted = promoted;
        this.demonstration = demonstration;
    }

    /** Serves the champion that the registry names, also when it serves already. */
    void load(ServedModel served) {
        Integer champion = registered.model(served.name()).champion();
        if (champion == null) {
            throw new Failure(
                    Failure.Category.NOT_READY,
                    "no-model",
                    "no model: no version of " + served.name() + " was ever promoted");
        }
        serve(served, registered.version(served.name(), champion));
    }

    /**
     * Makes a version the champion, here and in the registry.
     *
     * @param unproven nobody asked for evidence
     * @param within what belongs to the transaction in which the registry promotes it
     */
    RegisteredModel promote(
            ServedModel served,
            int number,
            String reason,
            boolean unproven,
            Supplier<Uni<Void>> within) {
        RegisteredModel present = registered.model(served.name());
        if (Objects.equals(present.champion(), number) && !served.serves(number)) {
            // It was committed before, here without the news or by another process.
            serve(served, registered.version(served.name(), number));
            return present;
        }
        ModelVersion version = registered.version(served.name(), number);
        if (Objects.equals(present.champion(), number)
                || (version.state() == VersionState.REJECTED && !unproven)) {
            // The registry knows how to refuse it.
            return Await.item(
                    () -> registry.promote(served.name(), number, reason, unproven, within));
        }
        Change change =
                new Change(
                        version,
                        version.state() == VersionState.PROMOTED ? version.unproven() : unproven,
                        reason,
                        false);
        return swap(
                served,
                change,
                () -> registry.promote(served.name(), number, reason, unproven, within));
    }

    /** Runs a version beside the champion. */
    void shadow(ServedModel served, int number, double share) {
        ModelVersion version = registered.version(served.name(), number);
        served.share(0);
        try (Candidate candidate = steps.prepare(served, served.shadow(), version)) {
            candidate.publish(
                    version, version.unproven() || demonstration, metrics.of(served.name()));
        } catch (UnusableModelException unusable) {
            throw unusable(version, unusable);
        }
        served.share(share);
        LOG.infof("%s version %d runs in the shadow", served.name(), number);
    }

    /**
     * Goes back to the champion before.
     *
     * @param champion only if this is still the champion; null for whichever is
     */
    RegisteredModel rollback(ServedModel served, @Nullable Integer champion, String reason) {
        RegisteredModel present = registered.model(served.name());
        Integer previous = present.previous();
        if (previous == null || (champion != null && !champion.equals(present.champion()))) {
            // The registry knows how to refuse it.
            return Await.item(() -> registry.rollback(served.name(), champion, reason));
        }
        ModelVersion version = registered.version(served.name(), previous);
        return swap(
                served,
                new Change(version, version.unproven(), reason, true),
                () -> registry.rollback(served.name(), champion, reason));
    }

    /** Serves the champion that the registry names; when it cannot, says why and stays as it is. */
    void follow(ServedModel served, RegisteredModel model) {
        Integer champion = model.champion();
        if (champion == null || served.isUnloaded() || served.serves(champion)) {
            return;
        }
        try {
            serve(served, registered.version(model.name(), champion));
        } catch (RuntimeException e) {
            String problem = "champion " + champion + " does not serve: " + e.getMessage();
            served.troubled(problem);
            LOG.error(problem, e instanceof Failure ? null : e);
        }
    }

    private RegisteredModel swap(
            ServedModel served, Change change, Supplier<Uni<RegisteredModel>> commit) {
        ModelVersion version = change.version();
        try (Candidate candidate = steps.prepare(served, served.slot(), version)) {
            RegisteredModel after =
                    metrics.step(served.name(), Step.COMMIT, () -> Await.item(commit));
            if (!Objects.equals(after.champion(), version.version())) {
                // Another process moved the alias between our look and our commit.
                candidate.close();
                follow(served, after);
                return after;
            }
            steps.publish(served, candidate, version, change.unproven());
            announce(change.news(after));
            return after;
        } catch (UnusableModelException unusable) {
            metrics.swapped(served.name(), Outcome.REFUSED);
            throw refused(version, unusable);
        } catch (RuntimeException e) {
            metrics.swapped(served.name(), Outcome.FAILED);
            throw e;
        }
    }

    /** Serves a version that is the champion already. */
    private void serve(ServedModel served, ModelVersion version) {
        try (Candidate candidate = steps.prepare(served, served.slot(), version)) {
            steps.publish(served, candidate, version, version.unproven());
        } catch (UnusableModelException unusable) {
            metrics.swapped(served.name(), Outcome.REFUSED);
            throw unusable(version, unusable);
        } catch (RuntimeException e) {
            metrics.swapped(served.name(), Outcome.FAILED);
            throw e;
        }
    }

    /** The promotion stands, whatever an observer makes of the news. */
    void announce(ModelPromoted news) {
        try {
            promoted.fire(news);
        } catch (RuntimeException e) {
            LOG.errorf(e, "an observer failed on %s", news);
        }
    }

    /** Keeps the reason in the registry, unless the version was decided on before. */
    private Failure refused(ModelVersion version, UnusableModelException unusable) {
        Failure failure = unusable(version, unusable);
        if (version.state() == VersionState.CANDIDATE) {
            String reason = reason(version, unusable);
            try {
                Await.item(() -> registry.reject(version.model(), version.version(), reason));
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
            }
        }
        return failure;
    }

    static Failure unusable(ModelVersion version, UnusableModelException unusable) {
        return new Failure(
                Failure.Category.CONFLICT,
                PinnedModels.UNUSABLE,
                reason(version, unusable),
                unusable);
    }

    private static String reason(ModelVersion version, UnusableModelException unusable) {
        return "%s version %d cannot serve: %s"
                .formatted(version.model(), version.version(), unusable.getMessage());
    }

    /** What a swap is to change. */
    private record Change(ModelVersion version, boolean unproven, String reason, boolean rollback) {

        ModelPromoted news(RegisteredModel after) {
            return new ModelPromoted(
                    version.model(),
                    version.version(),
                    after.previous(),
                    reason,
                    rollback,
                    after.updatedAt());
        }
    }
}
