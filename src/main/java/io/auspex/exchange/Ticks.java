package io.auspex.exchange;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Time that only goes forward, and waiting in it; a test may let it pass faster. */
interface Ticks {

    /** Nanoseconds since an arbitrary moment. */
    long nanos();

    /** Waits. */
    void sleep(Duration duration) throws InterruptedException;

    /** Takes the head of the queue, waiting for it; null when nothing came in time. */
    <T> @Nullable T poll(BlockingQueue<T> queue, Duration timeout) throws InterruptedException;

    /** The system's. */
    static Ticks system() {
        return scaled(1);
    }

    /** The system's, passing {@code speed} times as fast. */
    static Ticks scaled(int speed) {
        return new Ticks() {
            @Override
            public long nanos() {
                return System.nanoTime() * speed;
            }

            @Override
            public void sleep(Duration duration) throws InterruptedException {
                Thread.sleep(duration.dividedBy(speed));
            }

            @Override
            public <T> @Nullable T poll(BlockingQueue<T> queue, Duration timeout)
                    throws InterruptedException {
                return queue.poll(timeout.dividedBy(speed).toNanos(), TimeUnit.NANOSECONDS);
            }
        };
    }
}
