package io.auspex.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadFactory;

/**
 * Threads for work that must not delay requests: a low weight, and a short slice. The weight alone
 * is not enough: Linux lets a thread that runs finish its slice whatever its weight, so that a
 * request that arrives waits for milliseconds (see {@link ThreadScheduling}). {@code SCHED_IDLE}
 * gives way at once, but gets next to nothing on a machine that is full: a swap would never end
 * there, so it is only for what nobody waits for, and where there is room ({@link #enterIdle}).
 * Where the kernel refuses, they are ordinary threads.
 *
 * <p>They should hold no lock for long that a thread of a request may want.
 */
public final class BackgroundThreads {

    /** About 3 % of a processor that is wanted by one other thread. */
    static final int NICENESS = 15;

    /** Longer than that of {@link PromptThreads}, which therefore need not wait for its end. */
    static final long SLICE_NANOS = 200_000;

    /** How long it has run, and stood ready: proc(5). */
    private static final Path TIMES = Path.of("/proc/thread-self/schedstat");

    private BackgroundThreads() {}

    /** Daemon platform threads called {@code <prefix>0}, {@code <prefix>1}, .. */
    public static ThreadFactory factory(String prefix) {
        ThreadFactory platform = Thread.ofPlatform().daemon().name(prefix, 0).factory();
        return work ->
                platform.newThread(() -> {
                    boolean _ = enter(NICENESS);
                    work.run();
                });
    }

    /**
     * Makes the calling platform thread, and the native ones that it starts from now on, one of the
     * background. There is no way back.
     *
     * @param niceness 1 to 19
     * @return false where that cannot be had; nothing has changed then
     */
    public static boolean enter(int niceness) {
        return ThreadScheduling.set(ThreadScheduling.SELF, niceness, SLICE_NANOS);
    }

    /**
     * From now on the calling platform thread, and the native ones that it starts, have only what
     * no other thread wants ({@code SCHED_IDLE}), if there has been enough of that so far: on a
     * processor that is full they would not come to an end. There is no way back.
     *
     * @param niceness 1 to 19, kept where {@code SCHED_IDLE} is of no meaning
     * @param share of the time since it began in which it wanted to run, and did, 0 to 1: with less
     *     it stays as it is
     * @return whether it is so now
     */
    public static boolean enterIdle(int niceness, double share) {
        try {
            String[] nanos = Files.readString(TIMES).trim().split(" ");
            double ran = Double.parseDouble(nanos[0]);
            double waited = Double.parseDouble(nanos[1]);
            return ran >= share * (ran + waited)
                    && ThreadScheduling.setIdle(ThreadScheduling.SELF, niceness);
        } catch (IOException | RuntimeException untold) {
            return false;
        }
    }
}
