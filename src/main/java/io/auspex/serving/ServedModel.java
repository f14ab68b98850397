package io.auspex.serving;

import io.auspex.platform.Failure;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A registered model as this process serves it: its slot, and the line of those who change it. */
final class ServedModel {

    /** Swaps of one model that may wait for each other. */
    static final int MAX_WAITING = 8;

    /** Why an unloaded model does not answer. */
    static final String UNLOADED = "it was unloaded; load it to have it answer again";

    private final String name;
    private final ModelSlot slot;
    private final ModelSlot shadow;
    private final Semaphore places = new Semaphore(MAX_WAITING);
    private final ReentrantLock turn = new ReentrantLock(true);
    private volatile @Nullable String problem;
    private volatile boolean unloaded;
    private volatile double shadowShare;

    ServedModel(String name, Executor closer) {
        this.name = name;
        Places places = new Places(ModelSlot.MAX_LIVE, closer);
        this.slot = new ModelSlot(places);
        this.shadow = new ModelSlot(places);
    }

    String name() {
        return name;
    }

    ModelSlot slot() {
        return slot;
    }

    /** A version that answers beside the champion; it has the second of the two places. */
    ModelSlot shadow() {
        return shadow;
    }

    /** The share of keys that are answered from the shadow, 0 to 1. */
    void share(double share) {
        shadowShare = share;
    }

    boolean shares() {
        return shadowShare > 0;
    }

    /** Whether a key is one of the share: always the same answer for the same share. */
    boolean isForShadow(String key) {
        // The finalizer of MurmurHash3: strings that differ little share no high bits afterwards.
        int hash = 31 * name.hashCode() + key.hashCode();
        hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
        hash ^= hash >>> 16;
        return Integer.toUnsignedLong(hash) < shadowShare * 0x1p32;
    }

    /**
     * Does the work when everybody who came before has finished. For virtual threads.
     *
     * @throws Failure CONFLICT {@code swaps-waiting} when too many wait already
     */
    <T> T inTurn(Supplier<T> work) {
        if (!places.tryAcquire()) {
            throw new Failure(
                    Failure.Category.CONFLICT,
                    "swaps-waiting",
                    MAX_WAITING + " swaps of " + name + " wait already");
        }
        try {
            turn.lock();
            try {
                return work.get();
            } finally {
                turn.unlock();
            }
        } finally {
            places.release();
        }
    }

    /** Whether that version answers. */
    boolean serves(int version) {
        return slot.serving().filter(model -> model.version() == version).isPresent();
    }

    /** Serves nothing, in no version, until {@link #untroubled}. */
    void unload() {
        unloaded = true;
        troubled(UNLOADED);
        slot.clear();
        shadow.clear();
    }

    /** Whether it was taken out of serving on purpose. */
    boolean isUnloaded() {
        return unloaded;
    }

    void troubled(String reason) {
        problem = reason;
    }

    void untroubled() {
        unloaded = false;
        problem = null;
    }

    ServingStatus status() {
        Optional<ServingModel> serving = slot.serving();
        return new ServingStatus(
                name,
                serving.map(ServingModel::version).orElse(null),
                serving.map(model -> model.schema().hash()).orElse(null),
                serving.map(ServingModel::unproven).orElse(false),
                serving.map(ServingModel::rowNanos).orElse(0L),
                serving.map(ServingModel::rowsTogether).orElse(false),
                slot.liveSessions(),
                problem);
    }
}
