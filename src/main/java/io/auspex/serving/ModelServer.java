package io.auspex.serving;

import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.registry.ModelPromoted;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.RegisteredModel;
import io.auspex.registry.VersionState;
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
import java.util.Optional;
import java.util.function.Consumer;
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
    private final Registered registered;
    private final ServingMetrics metrics;
    private final boolean demonstration;
    private final OnnxRuntime runtime = new OnnxRuntime();
    private final ModelWorkers workers;
    private final PinnedModels pins;
    private final MemoryHeadroom memory;
    private final SwapSteps steps;
    private final ServedModels models;
    private final ChampionSwaps swaps;

    ModelServer(
            ModelRegistry registry,
            LiveFeatures features,
            Event<ModelPromoted> promoted,
            ServingConfig config,
            MeterRegistry meters,
            @ConfigProperty(name = "auspex.promote", defaultValue = "evidence") String promote) {
        this.registry = registry;
        this.registered = new Registered(registry);
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
        this.models = new ServedModels(registered, metrics, workers.closer());
        this.swaps = new ChampionSwaps(registry, steps, metrics, promoted, demonstration);
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
        return models.acquire(model);
    }

    /** Every champion that serves, by name, each kept open while it is handled. */
    public void forEachChampion(Consumer<ServingModel> handling) {
        for (ServingStatus served : status()) {
            Optional<Lease> champion = acquire(served.model());
            if (champion.isPresent()) {
                try (Lease lease = champion.get()) {
                    handling.accept(lease.model());
                }
            }
        }
    }

    /**
     * Who answers for a key: the version in the shadow for a share of the keys, while one runs
     * there that is to have a share; else the champion. The same key gets the same one until the
     * share or the version changes. Never blocks, never fails.
     *
     * @param key asked for only when there is a share; null for none
     */
    public Optional<Lease> acquire(String model, Supplier<@Nullable String> key) {
        return models.acquire(model, key);
    }

    /**
     * The version in the shadow, kept open until the lease is closed. Never blocks, never fails;
     * empty when none runs there.
     */
    public Optional<Lease> acquireShadow(String model) {
        return models.acquireShadow(model);
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
        return changed(model, served -> swaps.shadow(served, version, share));
    }

    /** Gives what runs in the shadow of a model another share of keys. */
    public void share(String model, double share) {
        models.share(model, share);
    }

    /** Ends what runs in the shadow of a model, if anything does; its readers finish. */
    public void endShadow(String model) {
        models.endShadow(model);
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
                    models.requireNotUnloaded(model);
                    Optional<Lease> open = open(model, version);
                    return open.isPresent()
                            ? Uni.createFrom().item(open.get())
                            : PinnedModels.leased(() -> pins.load(model, version));
                });
    }

    /**
     * Why a version does not answer by its number, in one sentence, as far as that is known without
     * opening it; empty when nothing is known against it. Never blocks for longer than a map
     * operation.
     */
    public Optional<String> obstacle(String model, int version) {
        return models.isUnloaded(model)
                ? Optional.of(ServedModel.UNLOADED)
                : pins.broken(model, version);
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
                models.inTurn(
                        model, served -> swaps.promote(served, version, reason, unproven, within)));
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
                models.inTurn(
                        model,
                        served -> {
                            VersionState state = registered.version(model, version).state();
                            return swaps.promote(
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
        return rolledBack(model, null, reason);
    }

    /**
     * Goes back to the champion before, if that version is still the champion.
     *
     * @return fails like {@link #rollback(String, String)}, CONFLICT {@code champion-changed} too
     */
    public Uni<RegisteredModel> rollback(String model, int champion, String reason) {
        return rolledBack(model, champion, reason);
    }

    /**
     * Loads the champion that the registry names and serves it, also when it serves already: the
     * old session answers until the new one does.
     *
     * @return fails like {@link #promote}; NOT_READY {@code no-model} when there is no champion
     */
    public Uni<Void> load(String model) {
        return changed(model, swaps::load);
    }

    /**
     * Takes a model out of serving in this process, its pinned versions too, until {@link #load} or
     * a promotion; the registry stays as it is. Requests under way get their answers.
     *
     * @return fails with NOT_FOUND {@code no-such-model}
     */
    public Uni<Void> unload(String model) {
        return changed(model, this::unloadNow);
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
        return models.status();
    }

    /** Whether that version of the model answers in this process, or is not to. */
    boolean serves(String model, int version) {
        return models.serves(model, version);
    }

    /**
     * Serves the champion that the registry names, when another process has promoted it, and tells
     * of it. Blocking.
     */
    void followNow(String model) {
        models.inTurn(
                model,
                served -> {
                    RegisteredModel present = registered.model(model);
                    Integer champion = present.champion();
                    if (champion == null || served.isUnloaded() || served.serves(champion)) {
                        return present;
                    }
                    swaps.follow(served, present);
                    if (served.serves(champion)) {
                        Await.item(() -> registry.lastPromotion(model))
                                .filter(news -> news.version() == champion)
                                .ifPresent(swaps::announce);
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
        models.clear();
        pins.clear();
        workers.close();
    }

    /** Opens a version in an admitted place of a slot, for those who ask for it by number. */
    private void pin(String model, int number, ModelSlot slot) {
        ModelVersion version;
        byte[] onnx;
        boolean fetched = false;
        try {
            registered.model(model);
            version = registered.version(model, number);
            onnx = Await.item(() -> registry.artefact(version));
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
            throw ChampionSwaps.unusable(version, unusable);
        }
    }

    private void unloadNow(ServedModel served) {
        served.unload();
        pins.clear(served.name());
        LOG.infof("%s is unloaded", served.name());
    }

    private void restoreOne(String name) {
        try {
            models.inTurn(
                    name,
                    served -> {
                        RegisteredModel model = registered.model(name);
                        swaps.follow(served, model);
                        return model;
                    });
        } catch (RuntimeException e) {
            LOG.errorf(e, "model %s could not be restored", name);
        }
    }

    private Uni<RegisteredModel> rolledBack(
            String model, @Nullable Integer champion, String reason) {
        return eventually(
                () -> models.inTurn(model, served -> swaps.rollback(served, champion, reason)));
    }

    private Uni<Void> changed(String model, Consumer<ServedModel> change) {
        return eventually(() ->
                        models.inTurn(
                                model,
                                served -> {
                                    change.accept(served);
                                    return true;
                                }))
                .replaceWithVoid();
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
}
