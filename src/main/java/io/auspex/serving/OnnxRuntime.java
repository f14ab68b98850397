package io.auspex.serving;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The one way to ONNX Runtime: opens sessions, counts those alive, and lends the direct memory that
 * their tensors lie on. Thread-safe. The native environment is the process's and is never closed.
 */
final class OnnxRuntime {

    /** Larger files are refused before the runtime sees them. */
    static final int MAX_MODEL_BYTES = 256 * 1024 * 1024;

    /** Not a constant: a native executable initialises classes when it is built. */
    private static @Nullable OnnxRuntime shared;

    private final OrtEnvironment environment;
    private final DirectMemory memory = new DirectMemory();
    private final AtomicInteger live = new AtomicInteger();

    OnnxRuntime() {
        // What a refused model did wrong arrives as an exception; the native log would only repeat
        // it.
        this.environment =
                OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "auspex");
    }

    /** One for all who look at models aside from serving; made when it is first asked for. */
    static synchronized OnnxRuntime shared() {
        OnnxRuntime made = shared == null ? new OnnxRuntime() : shared;
        shared = made;
        return made;
    }

    /**
     * Opens a model file and checks it against the contract of {@link ModelMetadata} and {@link
     * OnnxSession}. CPU work of milliseconds to seconds: not for an event loop.
     */
    OnnxSession open(byte[] onnx) throws UnusableModelException {
        if (onnx.length == 0 || onnx.length > MAX_MODEL_BYTES) {
            throw new UnusableModelException(
                    "a model file has 1 to %d bytes, not %d"
                            .formatted(MAX_MODEL_BYTES, onnx.length));
        }
        if (isEnding()) {
            throw new UnusableModelException("the process ends, and ONNX Runtime has before it");
        }
        OrtSession session = create(onnx);
        live.incrementAndGet();
        boolean usable = false;
        try {
            OnnxSession opened = OnnxSession.of(this, session);
            usable = true;
            return opened;
        } catch (OrtException e) {
            throw new UnusableModelException(
                    "ONNX Runtime cannot describe the model: " + e.getMessage(), e);
        } finally {
            if (!usable) {
                close(session);
            }
        }
    }

    /**
     * Whether shutdown hooks run, or have run. ONNX Runtime has one of its own, behind which
     * opening a session aborts the process. Hooks have no order, so that one of ours might be too
     * late to say so; that none can be changed any more is so before the first of them begins.
     */
    private static boolean isEnding() {
        try {
            boolean _ = Runtime.getRuntime().removeShutdownHook(new Thread("no hook"));
            return false;
        } catch (IllegalStateException hooksRun) {
            return true;
        }
    }

    /** Sessions whose native memory has not been freed. */
    int liveSessions() {
        return live.get();
    }

    OrtEnvironment environment() {
        return environment;
    }

    DirectMemory memory() {
        return memory;
    }

    /** Frees the native session at once: no run may be in flight. */
    void close(OrtSession session) {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot close a session", e);
        } finally {
            live.decrementAndGet();
        }
    }

    /**
     * One thread and no spinning, because requests are the parallelism; no arena and no memory
     * pattern, because they keep what one large batch once needed. The options hold native memory
     * of their own and are freed with the call.
     */
    private OrtSession create(byte[] onnx) throws UnusableModelException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            options.addConfigEntry("session.inter_op.allow_spinning", "0");
            options.setCPUArenaAllocator(false);
            options.setMemoryPatternOptimization(false);
            return environment.createSession(onnx, options);
        } catch (OrtException e) {
            throw new UnusableModelException(
                    "ONNX Runtime refuses the model: " + e.getMessage(), e);
        }
    }
}
