package io.auspex.serving;

import io.netty.util.concurrent.FastThreadLocal;
import io.vertx.core.impl.ContextInternal;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes single rows of concurrent requests into one native call. An event loop reads every socket
 * that is ready before it turns to its tasks: the first row of such a pass leaves a task behind,
 * what is read after it joins it, and the task scores them all. So nobody waits for a clock, and
 * who is alone is scored as soon as the pass is over. Each event loop has batches of its own.
 */
@ApplicationScoped
public class MicroBatches {

    /** Versions that may be asked in one pass before the oldest of them is scored. */
    private static final int MOST_VERSIONS = 4;

    private final FastThreadLocal<Loop> loops =
            new FastThreadLocal<>() {
                @Override
                protected Loop initialValue() {
                    return new Loop();
                }
            };

    /** Somebody who has brought a row; told once, on the event loop and in the context he asked. */
    public interface Asking {

        /**
         * His row has been scored.
         *
         * @param scored not to be kept
         * @param row his own
         */
        void scored(ScoringRows scored, int row);

        /** Nothing is known of his row: a {@code Failure}, or what nobody has expected. */
        void failed(RuntimeException failure);
    }

    /** Whether a row for that version may be added here: rows may be scored together, and wait. */
    public boolean take(ServingModel model) {
        return model.requestRows() > 1 && eventLoop() != null;
    }

    /**
     * Adds a row for a version that takes some, and that the caller has leased; he may give the
     * lease back at once. Whoever is in a hurry does not wait for others.
     *
     * @param row F floats from its position on; they are copied
     */
    public void add(ServingModel model, FloatBuffer row, Asking asking) {
        ContextInternal context = required();
        Loop loop = loops.get();
        MicroBatch batch = loop.open(model);
        batch.add(row, context, asking);
        loop.added(batch, context);
    }

    private static ContextInternal required() {
        ContextInternal context = eventLoop();
        if (context == null) {
            throw new IllegalStateException("not on an event loop");
        }
        return context;
    }

    /** Null when this is no event loop's thread. */
    private static @Nullable ContextInternal eventLoop() {
        ContextInternal context = ContextInternal.current();
        return context != null && context.isEventLoopContext() && context.inThread()
                ? context
                : null;
    }

    /** The batches of one event loop. */
    private static final class Loop {

        private final List<MicroBatch> open = new ArrayList<>(MOST_VERSIONS);
        private final Deque<MicroBatch> due = new ArrayDeque<>();
        private boolean awaited;
        private boolean running;

        MicroBatch open(ServingModel model) {
            for (MicroBatch batch : open) {
                if (batch.isOf(model)) {
                    return batch;
                }
            }
            MicroBatch batch = new MicroBatch(model);
            open.add(batch);
            return batch;
        }

        void added(MicroBatch batch, ContextInternal context) {
            if (batch.isFull()) {
                open.remove(batch);
                due.add(batch);
                run();
            } else if (open.size() > MOST_VERSIONS) {
                due.add(open.removeFirst());
                run();
            } else if (!awaited) {
                awaited = true;
                context.nettyEventLoop().execute(this::passIsOver);
            }
        }

        private void passIsOver() {
            awaited = false;
            due.addAll(open);
            open.clear();
            run();
        }

        /** Whoever is told may bring the next request of his connection: that is not nested. */
        private void run() {
            if (running) {
                return;
            }
            running = true;
            try {
                for (MicroBatch batch = due.poll(); batch != null; batch = due.poll()) {
                    batch.run();
                }
            } finally {
                running = false;
            }
        }
    }
}
