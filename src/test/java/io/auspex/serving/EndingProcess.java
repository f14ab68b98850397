package io.auspex.serving;

import static io.auspex.serving.TinyModels.tiny;

import java.lang.Thread.State;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that has opened a session before, and opens another one when it is told to end, as a
 * swap does that is under way just then: not before the shutdown hook of ONNX Runtime has run. Says
 * "ready", and then what became of it.
 */
final class EndingProcess {

    private static final String HOOK = "a swap under way";

    /** Those that are there besides hooks: ours, and Java's own. */
    private static final Set<String> NO_HOOKS =
            Set.of(HOOK, "main", "SIGTERM handler", "DestroyJavaVM");

    private EndingProcess() {}

    public static void main(String[] arguments) throws Exception {
        OnnxRuntime runtime = new OnnxRuntime();
        byte[] onnx = tiny().onnx();
        runtime.open(onnx).close();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> swap(runtime, onnx), HOOK));
        System.out.println("ready");
        while (true) {
            LockSupport.park();
        }
    }

    private static void swap(OnnxRuntime runtime, byte[] onnx) {
        while (!areOtherHooksOver()) {
            Thread.onSpinWait();
        }
        try (OnnxSession _ = runtime.open(onnx)) {
            System.out.println("opened");
        } catch (UnusableModelException refused) {
            System.out.println("refused: " + refused.getMessage());
        }
    }

    /** Whoever takes the signal starts all of them, and then waits for each. */
    private static boolean areOtherHooksOver() {
        Set<Thread> alive = Thread.getAllStackTraces().keySet();
        return alive.stream()
                        .anyMatch(thread ->
                                thread.getName().equals("SIGTERM handler")
                                        && thread.getState() == State.WAITING)
                && alive.stream()
                        .filter(thread -> !thread.isDaemon())
                        .allMatch(thread -> NO_HOOKS.contains(thread.getName()));
    }
}
