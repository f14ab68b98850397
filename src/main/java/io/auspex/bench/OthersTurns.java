package io.auspex.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * When an event loop stood ready and somebody else had its processor: another program of the
 * machine, or a thread of the kernel. What is known of it is what the kernel counts of each thread
 * ({@code schedstat} in proc(5)): how long it has run and how long it has stood ready. A turn of
 * threads of the service itself is none. Requests that such a turn held up, and those that queued
 * behind them, are set aside. One thread.
 */
final class OthersTurns implements AutoCloseable {

    /** How often it is looked. */
    static final long LOOK_NANOS = 200_000;

    /** Shorter ones are not told from the event loop's own way to its processor. */
    static final long LEAST_NANOS = 200_000;

    /** So many under way are as many as usual: the queue behind a turn is gone. */
    static final long FEW = 3;

    private static final int LINE_BYTES = 128;

    /** An answer of which is not known yet whether a turn held it up. */
    private record Answer(long sentNanos, long nanos) {}

    private final LoadRecord load;
    private final List<FileChannel> threads = new ArrayList<>();
    private final ByteBuffer line = ByteBuffer.allocateDirect(LINE_BYTES);
    private final Queue<Answer> latest = new ArrayDeque<>();
    private long lastLook;
    private long stoodReady;
    private long othersRan;
    private boolean behind;

    /**
     * @param files {@code schedstat} of the event loop, and behind it those of the other threads of
     *     the service that may run on its processor; none when there is nothing to be looked at
     * @param load learns of answers that no turn held up
     * @throws IOException when one of the threads has ended already
     */
    OthersTurns(List<Path> files, LoadRecord load, long nowNanos) throws IOException {
        this.load = load;
        this.lastLook = nowNanos;
        boolean open = false;
        try {
            for (Path file : files) {
                threads.add(FileChannel.open(file));
            }
            if (!threads.isEmpty()) {
                long _ = read();
            }
            open = true;
        } finally {
            if (!open) {
                close();
            }
        }
    }

    /** The load has been told already. */
    void answered(long sentNanos, long nowNanos) {
        if (threads.isEmpty()) {
            return;
        }
        latest.add(new Answer(sentNanos, nowNanos));
    }

    /**
     * Looks, if it is time to.
     *
     * @param underWay requests that are sent and not answered
     */
    void look(long nowNanos, long underWay) {
        if (nowNanos - lastLook >= LOOK_NANOS) {
            decide(nowNanos, underWay);
        }
    }

    /** A last look, when every answer is there. */
    void end(long nowNanos) {
        decide(nowNanos, 0);
    }

    private void decide(long nowNanos, long underWay) {
        if (threads.isEmpty()) {
            return;
        }
        behind |= read() >= LEAST_NANOS;
        // Since the last look: a turn that is over by now was not over then.
        for (Answer answer = latest.poll(); answer != null; answer = latest.poll()) {
            if (behind) {
                load.setAside(answer.sentNanos());
            } else {
                load.undisturbed(answer.sentNanos(), answer.nanos());
            }
        }
        behind &= underWay > FEW;
        lastLook = nowNanos;
    }

    @Override
    public void close() throws IOException {
        for (FileChannel thread : threads) {
            thread.close();
        }
    }

    /** How long the event loop stood ready since the last time; 0 when it was for its own. */
    private long read() {
        long ready = field(threads.getFirst(), 1);
        long ran = 0;
        for (FileChannel thread : threads.subList(1, threads.size())) {
            ran += field(thread, 0);
        }
        long waited = ready - stoodReady;
        boolean forOwn = ran - othersRan > waited / 2;
        stoodReady = ready;
        othersRan = ran;
        return forOwn ? 0 : waited;
    }

    private long field(FileChannel thread, int number) {
        line.clear();
        try {
            if (thread.read(line, 0) <= 0) {
                return 0;
            }
        } catch (IOException ended) {
            return 0;
        }
        String[] fields = StandardCharsets.US_ASCII.decode(line.flip()).toString().split(" ");
        return Long.parseLong(fields[number]);
    }
}
