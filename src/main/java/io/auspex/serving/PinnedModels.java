package io.auspex.serving;

import io.auspex.platform.Failure;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Versions that somebody asked for by number: opened on demand, a bounded number of them, the least
 * recently used out first. As everywhere, a session closes after its last reader. Thread-safe.
 *
 * <pre>
 *   acquire: open already? ── yes ──> lease
 *               │ no
 *            load: first to ask opens it; others wait for the same; a broken one is remembered
 * </pre>
 */
final class PinnedModels {

    /** Slug of a version that cannot serve. */
    static final String UNUSABLE = "version-unusable";

    /** How long a version that could not serve is not tried again. */
    static final Duration BROKEN_FOR = Duration.ofSeconds(10);

    /** Broken versions that are remembered. */
    private static final int MAX_BROKEN = 64;

    /** Versions that may be on their way at the same time. */
    private static final int MAX_LOADING = 16;

    /** How often one may find what it waited for replaced before it could lease it. */
    private static final int MAX_ATTEMPTS = 3;

    /** Opens a version in an admitted place of a slot and publishes it there, or gives it back. */
    @FunctionalInterface
    interface Loader {
        void load(String model, int version, ModelSlot slot);
    }

    private record Key(String model, int version) {}

    /** One that could not serve, and until when that is believed. */
    private record Broken(Failure failure, long untilNanos) {}

    /** A version that is open, or on its way. */
    private static final class Pin {
        final ModelSlot slot;
        final CompletableFuture<Boolean> open = new CompletableFuture<>();

        Pin(ModelSlot slot) {
            this.slot = slot;
        }
    }

    private final int most;
    private final Duration patience;
    private final Places places;
    private final Loader loader;
    private final LongSupplier nanoTime;

    /** Held for map operations only, never while something loads or closes. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Least recently used first. */
    private final Map<Key, Pin> pins = new LinkedHashMap<>(16, 0.75f, true);

    private final Map<Key, Broken> broken = new LinkedHashMap<>();

    /**
     * @param most sessions at the same time, those that still drain included
     * @param patience how long a replaced one may keep the next waiting until it has drained
     */
    PinnedModels(
            int most, Duration patience, Executor closer, Loader loader, LongSupplier nanoTime) {
        this.most = most;
        this.patience = patience;
        this.places = new Places(most, closer);
        this.loader = loader;
        this.nanoTime = nanoTime;
    }

    /** A version that is open already. Never blocks for longer than a map operation. */
    Optional<Lease> acquire(String model, int version) {
        lock.lock();
        try {
            Pin pin = pins.get(new Key(model, version));
            return pin == null || !pin.open.isDone() ? Optional.empty() : pin.slot.acquire();
        } finally {
            lock.unlock();
        }
    }

    /**
     * A version that may have to be opened. Blocks: for virtual threads.
     *
     * @throws Failure whatever the loader says, NOT_READY {@code pins-busy} too
     */
    Lease load(String model, int version) {
        Key key = new Key(model, version);
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Pin mine = new Pin(new ModelSlot(places));
            Pin present = putIfAbsent(key, mine);
            if (present == null) {
                return open(key, mine);
            }
            Optional<Lease> lease = await(present);
            if (lease.isPresent()) {
                return lease.get();
            }
        }
        throw busy(
                "more versions are asked for by number than the " + most + " that are kept open");
    }

    /** Why that version cannot serve, while that is remembered. */
    Optional<String> broken(String model, int version) {
        lock.lock();
        try {
            Broken found = broken.get(new Key(model, version));
            return found == null || found.untilNanos() - nanoTime.getAsLong() <= 0
                    ? Optional.empty()
                    : Optional.of(String.valueOf(found.failure().getMessage()));
        } finally {
            lock.unlock();
        }
    }

    /** Lets go of all of them; they close after their last readers. */
    void clear() {
        release((_, _) -> true);
    }

    /**
     * Lets go of the versions of one model, but for those on their way: somebody waits for them.
     */
    void clear(String model) {
        release((key, pin) -> key.model().equals(model) && pin.open.isDone());
    }

    private void release(BiPredicate<Key, Pin> which) {
        List<Pin> released = new ArrayList<>();
        lock.lock();
        try {
            pins.entrySet()
                    .removeIf(entry -> {
                        boolean go = which.test(entry.getKey(), entry.getValue());
                        if (go) {
                            released.add(entry.getValue());
                        }
                        return go;
                    });
        } finally {
            lock.unlock();
        }
        released.forEach(pin -> pin.slot.clear());
    }

    /** Sessions that hold native memory, or are about to. */
    int liveSessions() {
        return places.taken();
    }

    /**
     * Gets a lease on a virtual thread and emits it where the subscriber lives; when the subscriber
     * has cancelled meanwhile, the lease is given back.
     */
    static Uni<Lease> leased(Supplier<Lease> work) {
        return Uni.createFrom()
                .emitter(emitter -> {
                    Context context = Vertx.currentContext();
                    Delivery delivery = new Delivery();
                    emitter.onTermination(delivery::terminated);
                    Thread.ofVirtual()
                            .name("auspex-pin")
                            .start(() -> {
                                try {
                                    Lease lease = work.get();
                                    on(
                                            context,
                                            () -> {
                                                delivery.by = Thread.currentThread();
                                                emitter.complete(lease);
                                                if (!delivery.done) {
                                                    lease.close();
                                                }
                                            });
                                } catch (RuntimeException | Error e) {
                                    on(context, () -> emitter.fail(e));
                                }
                            });
                });
    }

    /**
     * Whether an item reached its subscriber. An emitter tells the end of a subscription once: on
     * the completing thread when the item was taken, on any thread but before that when it was
     * cancelled.
     */
    private static final class Delivery {
        private volatile @Nullable Thread by;
        private volatile boolean done;

        void terminated() {
            if (Thread.currentThread() == by) {
                done = true;
            }
        }
    }

    private static void on(@Nullable Context context, Runnable emission) {
        if (context == null) {
            emission.run();
        } else {
            context.runOnContext(_ -> emission.run());
        }
    }

    /** The pin of somebody who came before; null when mine is the one to open. */
    private @Nullable Pin putIfAbsent(Key key, Pin mine) {
        List<Pin> evicted = new ArrayList<>();
        lock.lock();
        try {
            Pin present = pins.get(key);
            if (present != null) {
                return present;
            }
            requireUnbroken(key);
            if (pins.values().stream().filter(pin -> !pin.open.isDone()).count() >= MAX_LOADING) {
                throw busy(MAX_LOADING + " versions wait to be opened already");
            }
            pins.put(key, mine);
            evict(evicted);
        } finally {
            lock.unlock();
        }
        evicted.forEach(pin -> pin.slot.clear());
        return null;
    }

    /** One that is on its way stays: somebody waits for it. */
    private void evict(List<Pin> evicted) {
        Iterator<Pin> oldestFirst = pins.values().iterator();
        while (pins.size() > most && oldestFirst.hasNext()) {
            Pin pin = oldestFirst.next();
            if (pin.open.isDone()) {
                evicted.add(pin);
                oldestFirst.remove();
            }
        }
    }

    private Lease open(Key key, Pin pin) {
        try {
            admit(key);
            loader.load(key.model(), key.version(), pin.slot);
            // Before anybody else can know of it, and evict it.
            Lease lease = pin.slot.acquire().orElseThrow();
            pin.open.complete(true);
            return lease;
        } catch (RuntimeException | Error failure) {
            forget(key, pin, failure);
            pin.open.completeExceptionally(failure);
            throw failure;
        }
    }

    private void admit(Key key) {
        try {
            if (places.admit(patience)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a version drained", e);
        }
        throw busy(
                "readers of the %d versions kept open have not left within %s: no room for version %d of %s"
                        .formatted(most, patience, key.version(), key.model()));
    }

    private void forget(Key key, Pin pin, Throwable why) {
        lock.lock();
        try {
            pins.remove(key, pin);
            if (why instanceof Failure failure && failure.slug().equals(UNUSABLE)) {
                broken.put(key, new Broken(failure, nanoTime.getAsLong() + BROKEN_FOR.toNanos()));
                if (broken.size() > MAX_BROKEN) {
                    broken.remove(broken.keySet().iterator().next());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Called under the lock. */
    private void requireUnbroken(Key key) {
        Broken found = broken.get(key);
        if (found == null) {
            return;
        }
        long leftNanos = found.untilNanos() - nanoTime.getAsLong();
        if (leftNanos <= 0) {
            broken.remove(key);
            return;
        }
        throw new Failure(
                found.failure().category(),
                found.failure().slug(),
                "%s; it is tried again in %d s at the earliest"
                        .formatted(
                                found.failure().getMessage(),
                                1 + TimeUnit.NANOSECONDS.toSeconds(leftNanos)));
    }

    /** Empty when it was replaced before it could be leased. */
    private static Optional<Lease> await(Pin pin) {
        try {
            pin.open.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Failure failure) {
                throw new Failure(
                        failure.category(),
                        failure.slug(),
                        String.valueOf(failure.getMessage()),
                        failure);
            }
            throw e;
        }
        return pin.slot.acquire();
    }

    private static Failure busy(String message) {
        return new Failure(Failure.Category.NOT_READY, "pins-busy", message);
    }
}
