package io.auspex.platform;

import java.util.concurrent.ThreadFactory;

/**
 * Threads for work that must not delay requests: a low weight, and a short slice. The weight alone
 * is not enough: Linux lets a thread that runs finish its slice whatever its weight, so that a
 * request that arrives waits for milliseconds (see {@link ThreadScheduling}). {@code SCHED_IDLE}
 * would give way at once, but gets next to nothing on a machine that is full: a swap would never
 * end there. Where the kernel refuses, they are ordinary threads.
 *
 * <p>They should hold no lock for long that a thread of a request may want.
 */
public final class BackgroundThreads {

    /** About 3 % of a processor that is wanted by one other thread. */
    static final int NICENESS = 15;

    /** Longer than that of {@link PromptThreads}, which therefore need not wait for its end. */
    static final long SLICE_NANOS = 200_000;

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
}
