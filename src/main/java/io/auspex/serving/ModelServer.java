package io.auspex.serving;

import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.registry.ModelPromoted;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.RegisteredModel;
import io.auspex.registry.VersionState;
import io.auspex.serving.ServingMetrics.Outcome;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Serves champions and replaces them without losing a request.
 *
 * <p>A swap is fetch, load, warm up, self-test, features, registry commit, publish, news, in this
 * order; the old version answers until the new one does, and closes after its last reader. A step
 * that fails leaves the old one as it is. A swap is refused while memory is short ({@link
 * MemoryHeadroom}). A candidate that cannot serve is rejected in the registry with the reason; a
 * database that is away rejects nobody. Swaps of one model happen one after the other, on a virtual
 * thread that waits and a bounded pool that computes, never on an event loop.
 */
@ApplicationScoped
public class ModelServer {

    private static final Logger LOG = Logger.getLogger(ModelServer.class);

    private final ModelRegistry registry;
    private final Event<ModelPromoted> promoted;
    private final ServingMetrics metrics;
    private final boolean demonstration;
    private final OnnxRuntime runtime = new OnnxRuntime();
    private final ModelWorkers workers;
    private final PinnedModels pins;
    private final MemoryHeadroom memory;
    private final SwapSteps steps;

    /** By name; only registered models, so that nobody can make it grow by asking. */
    private final Map<String, ServedModel> models = new ConcurrentSkipListMap<>();

    ModelServer(
            ModelRegistry registry,
            LiveFeatures features,
            Event<ModelPromoted> promoted,
            ServingConfig config,
            MeterRegistry meters,
            @ConfigProperty(name = "auspex.promote", defaultValue = "evidence") String promote) {
        this.registry = registry;
        this.promoted = promoted;
        this.metrics = new ServingMetrics(meters);
        // Then every answer is marked, also those of a champion that has earned its place before.
        this.demonstration = promote.equalsIgnoreCase("always");
        this.workers = new ModelWorkers(config.loaderThreads());
        this.memory =
                new MemoryHeadroom(
                        Path.of("/"), config.memoryFactor(), config.memoryFloor().asLongValue());
        this.steps =
                new SwapSteps(
                        registry,
                        features,
                        config,
                        metrics,
                        runtime,
                        workers,
                        memory,
                        demonstration);
        this.pins =
                new PinnedModels(
                        config.pinnedVersions(),
                        config.drainTimeout(),
                        workers.closer(),
                        this::pin,
                        System::nanoTime);
        metrics.liveSessions(runtime);
        metrics.pinned(pins);
        metrics.resident(memory);
    }

    /**
     * The champion, kept open until the lease is closed. Never blocks, never fails; empty when no
     * version serves.
     */
    public Optional<Lease> acquire(String model) {
        ServedModel served = models.get(model);
        return served == null ? Optional.empty() : served.slot().acquire();
    }

    /**
     * Who answers for a key: the version in the shadow for a share of the keys, while one runs
     * there that is to have a share; else the champion. The same key gets the same one until the
     * share or the version changes. Never blocks, never fails.
     *
     * @param key asked for only when there is a share; null for none
     */
    public Optional<Lease> acquire(String model, Supplier<@Nullable String> key) {
        ServedModel served = models.get(model);
        if (served != null && served.shares()) {
            String given = key.get();
            if (given != null && served.isForShadow(given)) {
                Optional<Lease> shadow = served.shadow().acquire();
                if (shadow.isPresent()) {
                    return shadow;
                }
            }
        }
        return acquire(model);
    }

    /**
     * The version in the shadow, kept open until the lease is closed. Never blocks, never fails;
     * empty when none runs there.
     */
    public Optional<Lease> acquireShadow(String model) {
        ServedModel served = models.get(model);
        return served == null ? Optional.empty() : served.shadow().acquire();
    }

    /**
     * Runs a version beside the champion: loaded, warmed up and tested like one, its features
     * computed live, and asked by nobody but {@link #acquireShadow} and a share of keys. It takes
     * the second of a model's two places. A swap ends it, because the newcomer needs the place;
     * whoever wants it afterwards says so again.
     *
     * @param share of keys that it answers, 0 to 1
     * @return fails like {@link #promote}, but rejects nobody
     */
    public Uni<Void> shadow(String model, int version, double share) {
        return eventually(() -> inTurn(model, served -> shadowNow(served, version, share)))
                .replaceWithVoid();
    }

    /** Gives what runs in the shadow of a model another share of keys. */
    public void share(String model, double share) {
        ServedModel served = models.get(model);
        if (served != null) {
            served.share(share);
        }
    }

    /** Ends what runs in the shadow of a model, if anything does; its readers finish. */
    public void endShadow(String model) {
        ServedModel served = models.get(model);
        if (served != null) {
            served.shadow().clear();
        }
    }

    /**
     * A version by its number, champion or not, kept open until the lease is closed; the lease is
     * the caller's to close. One that is open already is emitted at once, on the thread that
     * subscribes; another is loaded, warmed up and tested first, once however many ask for it. It
     * stays open until {@code auspex.serving.pinned-versions} others were asked for after it. A
     * deleted version that is open answers until then.
     *
     * @return fails with {@link Failure}: NOT_FOUND {@code no-such-model}, {@code no-such-version};
     *     CONFLICT {@code version-unusable}, which is remembered for some seconds; NOT_READY {@code
     *     pins-busy}, {@code loaders-busy}, {@code memory-short}. Emits on the Vert.x context of
     *     the subscriber, if it has one; a cancelled subscription leaves no lease behind.
     */
    public Uni<Lease> pinned(String model, int version) {
        return Uni.createFrom()
                .deferred(() -> {
                    requireNotUnloaded(model);
                    Optional<Lease> open = open(model, version);
                    return open.isPresent()
                            ? Uni.createFrom().item(open.get())
                            : PinnedModels.leased(() -> pins.load(model, version));
                });
    }

    private void requireNotUnloaded(String model) {
        ServedModel served = models.get(model);
        if (served != null && served.isUnloaded()) {
            throw new Failure(
                    Failure.Category.NOT_READY, "no-model", "no model: " + ServedModel.UNLOADED);
        }
    }

    /** The champion, if it is that version; or else that version, if it is pinned and open. */
    private Optional<Lease> open(String model, int version) {
        Optional<Lease> champion = acquire(model);
        if (champion.isPresent()) {
            if (champion.get().model().version() == version) {
                return champion;
            }
            champion.get().close();
        }
        return pins.acquire(model, version);
    }

    /**
     * Makes a version the champion, here and in the registry.
     *
     * @param unproven nobody asked for evidence: every answer says so
     * @return fails with {@link Failure}: NOT_FOUND {@code no-such-model}, {@code no-such-version};
     *     CONFLICT {@code version-unusable} (rejected with the reason), {@code swap-draining},
     *     {@code swaps-waiting}, {@code already-champion}, {@code version-rejected}; NOT_READY
     *     {@code loaders-busy}, {@code memory-short}. Emits on the Vert.x context of the
     *     subscriber, if it has one.
     */
    public Uni<RegisteredModel> promote(
            String model, int version, String reason, boolean unproven) {
        return promote(model, version, reason, unproven, () -> Uni.createFrom().voidItem());
    }

    /**
     * As {@link #promote(String, int, String, boolean)}.
     *
     * @param within what belongs to the transaction in which the registry promotes it; when it
     *     fails nothing is promoted, and the promotion fails with the same
     */
    public Uni<RegisteredModel> promote(
            String model,
            int version,
            String reason,
            boolean unproven,
            Supplier<Uni<Void>> within) {
        return eventually(() ->
                inTurn(model, served -> promoteNow(served, version, reason, unproven, within)));
    }

    /**
     * Makes a version the champion because somebody says so. One that was champion before returns
     * with what was found of it then; a candidate, which nobody has judged, serves as unproven; and
     * one that the gate rejected does so only by force.
     *
     * @param force although the gate rejected it
     * @return fails like {@link #promote}
     */
    public Uni<RegisteredModel> promoteByHand(
            String model, int version, String reason, boolean force) {
        return eventually(() ->
                inTurn(
                        model,
                        served -> {
                            VersionState state = requireVersion(model, version).state();
                            return promoteNow(
                                    served,
                                    version,
                                    reason,
                                    state == VersionState.CANDIDATE
                                            || (state == VersionState.REJECTED && force),
                                    () -> Uni.createFrom().voidItem());
                        }));
    }

    /**
     * Goes back to the champion before; fails like {@link #promote}, CONFLICT {@code no-previous}
     * too.
     */
    public Uni<RegisteredModel> rollback(String model, String reason) {
        return eventually(() -> inTurn(model, served -> rollbackNow(served, null, reason)));
    }

    /**
     * Goes back to the champion before, if that version is still the champion.
     *
     * @return fails like {@link #rollback(String, String)}, CONFLICT {@code champion-changed} too
     */
    public Uni<RegisteredModel> rollback(String model, int champion, String reason) {
        return eventually(() -> inTurn(model, served -> rollbackNow(served, champion, reason)));
    }

    /**
     * Loads the champion that the registry names and serves it, also when it serves already: the
     * old session answers until the new one does.
     *
     * @return fails like {@link #promote}; NOT_READY {@code no-model} when there is no champion
     */
    public Uni<Void> load(String model) {
        return eventually(() -> inTurn(model, this::loadNow)).replaceWithVoid();
    }

    /**
     * Takes a model out of serving in this process, its pinned versions too, until {@link #load} or
     * a promotion; the registry stays as it is. Requests under way get their answers.
     *
     * @return fails with NOT_FOUND {@code no-such-model}
     */
    public Uni<Void> unload(String model) {
        return eventually(() -> inTurn(model, this::unloadNow)).replaceWithVoid();
    }

    /**
     * Loads the champion of every registered model that does not serve yet. One that cannot be
     * loaded serves nothing, says so in {@link #status}, and holds up nobody; it is not replaced by
     * the one before, because nobody decided so. Safe to repeat.
     */
    public Uni<Void> restore() {
        return eventually(
                        () -> {
                            for (RegisteredModel model : Await.item(registry::models)) {
                                restoreOne(model.name());
                            }
                            return true;
                        })
                .replaceWithVoid();
    }

    /** Every registered model that was ever to be served here, by name. */
    public List<ServingStatus> status() {
        return models.values().stream().map(ServedModel::status).toList();
    }

    /** Whether that version of the model answers in this process, or is not to. */
    boolean serves(String model, int version) {
        ServedModel served = models.get(model);
        return served != null && (served.isUnloaded() || served.serves(version));
    }

    /**
     * Serves the champion that the registry names, when another process has promoted it, and tells
     * of it. Blocking.
     */
    void followNow(String model) {
        inTurn(
                model,
                served -> {
                    RegisteredModel present = require(model);
                    Integer champion = present.champion();
                    if (champion == null || served.isUnloaded() || served.serves(champion)) {
                        return present;
                    }
                    follow(served, present);
                    if (served.serves(champion)) {
                        Await.item(() -> registry.lastPromotion(model))
                                .filter(news -> news.version() == champion)
                                .ifPresent(this::announce);
                    }
                    return present;
                });
    }

    /** Before the first request: a restart answers with the champions it had. */
    void restoreAtStart(@Observes StartupEvent start) {
        try {
            Await.item(this::restore);
        } catch (RuntimeException e) {
            LOG.error("the champions could not be restored; nothing is served until they are", e);
        }
    }

    /** Sessions that hold native memory. */
    int liveSessions() {
        return runtime.liveSessions();
    }

    @PreDestroy
    void stop() {
        models.values()
                .forEach(served -> {
                    served.slot().clear();
                    served.shadow().clear();
                });
        pins.clear();
        workers.close();
    }

    /** Opens a version in an admitted place of a slot, for those who ask for it by number. */
    private void pin(String model, int number, ModelSlot slot) {
        ModelVersion version;
        byte[] onnx;
        boolean fetched = false;
        try {
            require(model);
            version = requireVersion(model, number);
            onnx = Await.item(() -> registry.artefact(model, number));
            memory.require("version " + number + " of " + model, onnx.length);
            fetched = true;
        } finally {
            if (!fetched) {
                slot.dismiss();
            }
        }
        try (Candidate candidate = steps.tested(slot, version, onnx)) {
            candidate.publish(version, version.unproven() || demonstration, metrics.of(model));
            LOG.infof("%s version %d is pinned", model, number);
        } catch (UnusableModelException unusable) {
            throw unusable(version, unusable);
        }
    }

    private boolean loadNow(ServedModel served) {
        Integer champion = require(served.name()).champion();
        if (champion == null) {
            throw new Failure(
                    Failure.Category.NOT_READY,
                    "no-model",
                    "no model: no version of " + served.name() + " was ever promoted");
        }
        serve(served, requireVersion(served.name(), champion));
        return true;
    }

    private boolean unloadNow(ServedModel served) {
        served.unload();
        pins.clear(served.name());
        LOG.infof("%s is unloaded", served.name());
        return true;
    }

    private RegisteredModel promoteNow(
            ServedModel served,
            int number,
            String reason,
            boolean unproven,
            Supplier<Uni<Void>> within) {
        RegisteredModel present = require(served.name());
        if (Objects.equals(present.champion(), number) && !served.serves(number)) {
            // It was committed before, here without the news or by another process.
            serve(served, requireVersion(served.name(), number));
            return present;
        }
        ModelVersion version = requireVersion(served.name(), number);
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

    private boolean shadowNow(ServedModel served, int number, double share) {
        ModelVersion version = requireVersion(served.name(), number);
        served.share(0);
        try (Candidate candidate = steps.prepare(served, served.shadow(), version)) {
            candidate.publish(
                    version, version.unproven() || demonstration, metrics.of(served.name()));
        } catch (UnusableModelException unusable) {
            throw unusable(version, unusable);
        }
        served.share(share);
        LOG.infof("%s version %d runs in the shadow", served.name(), number);
        return true;
    }

    private RegisteredModel rollbackNow(
            ServedModel served, @Nullable Integer champion, String reason) {
        RegisteredModel present = require(served.name());
        Integer previous = present.previous();
        if (previous == null || (champion != null && !champion.equals(present.champion()))) {
            // The registry knows how to refuse it.
            return Await.item(() -> registry.rollback(served.name(), champion, reason));
        }
        ModelVersion version = requireVersion(served.name(), previous);
        return swap(
                served,
                new Change(version, version.unproven(), reason, true),
                () -> registry.rollback(served.name(), champion, reason));
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

    private void restoreOne(String name) {
        try {
            inTurn(
                    name,
                    served -> {
                        RegisteredModel model = require(name);
                        follow(served, model);
                        return model;
                    });
        } catch (RuntimeException e) {
            LOG.errorf(e, "model %s could not be restored", name);
        }
    }

    /** Serves the champion that the registry names; when it cannot, says why and stays as it is. */
    private void follow(ServedModel served, RegisteredModel model) {
        Integer champion = model.champion();
        if (champion == null || served.isUnloaded() || served.serves(champion)) {
            return;
        }
        try {
            serve(served, requireVersion(model.name(), champion));
        } catch (RuntimeException e) {
            String problem = "champion " + champion + " does not serve: " + e.getMessage();
            served.troubled(problem);
            LOG.error(problem, e instanceof Failure ? null : e);
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
    private void announce(ModelPromoted news) {
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

    private static Failure unusable(ModelVersion version, UnusableModelException unusable) {
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

    private <T> T inTurn(String model, Function<ServedModel, T> work) {
        ServedModel served = models.get(model);
        if (served == null) {
            RegisteredModel registered = require(model);
            served = models.computeIfAbsent(registered.name(), this::unserved);
        }
        ServedModel mine = served;
        return mine.inTurn(() -> work.apply(mine));
    }

    private ServedModel unserved(String model) {
        ServedModel served = new ServedModel(model, workers.closer());
        metrics.champion(model, served);
        return served;
    }

    private RegisteredModel require(String model) {
        return Await.item(() -> registry.model(model))
                .orElseThrow(() ->
                        new Failure(
                                Failure.Category.NOT_FOUND,
                                "no-such-model",
                                "there is no model '" + model + "'"));
    }

    private ModelVersion requireVersion(String model, int version) {
        return Await.item(() -> registry.version(model, version))
                .orElseThrow(() ->
                        new Failure(
                                Failure.Category.NOT_FOUND,
                                "no-such-version",
                                "there is no version %d of %s".formatted(version, model)));
    }

    /**
     * Does blocking work on a virtual thread of its own and emits where the subscriber lives, so
     * that a handler may go on with its database session.
     */
    private static <T> Uni<T> eventually(Supplier<T> work) {
        return Uni.createFrom()
                .emitter(emitter -> {
                    Context context = Vertx.currentContext();
                    Thread.ofVirtual()
                            .name("auspex-swap")
                            .start(() -> {
                                try {
                                    T item = work.get();
                                    on(context, () -> emitter.complete(item));
                                } catch (RuntimeException | Error e) {
                                    on(context, () -> emitter.fail(e));
                                }
                            });
                });
    }

    private static void on(@Nullable Context context, Runnable emission) {
        if (context == null) {
            emission.run();
        } else {
            context.runOnContext(_ -> emission.run());
        }
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
