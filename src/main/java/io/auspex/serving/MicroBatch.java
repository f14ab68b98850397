package io.auspex.serving;

import io.auspex.platform.Failure;
import io.vertx.core.impl.ContextInternal;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of concurrent requests to one version that wait for each other for as long as an event loop
 * reads what has arrived. It keeps the version open until everybody has been told. A failed run is
 * asked again row by row, so that one row costs no other its answer. One event loop.
 */
final class MicroBatch {

    private final ServingModel model;
    private final int features;
    private final float[] rows;
    private final List<Waiting> waiting;
    private int told;

    /** Who has asked, and where he is told. */
    private record Waiting(ContextInternal context, MicroBatches.Asking asking) {}

    /** Of a version that the caller has leased. */
    MicroBatch(ServingModel model) {
        this.model = model;
        this.features = model.schema().size();
        this.rows = new float[model.requestRows() * features];
        this.waiting = new ArrayList<>(model.requestRows());
        model.enter();
    }

    boolean isOf(ServingModel asked) {
        return model == asked;
    }

    boolean isFull() {
        return waiting.size() == model.requestRows();
    }

    void add(FloatBuffer row, ContextInternal context, MicroBatches.Asking asking) {
        row.get(row.position(), rows, waiting.size() * features, features);
        waiting.add(new Waiting(context, asking));
    }

    /** Scores them, and tells everybody; once. */
    void run() {
        try {
            if (waiting.size() == 1 || !isScoredTogether()) {
                while (told < waiting.size()) {
                    scoreAlone();
                }
            }
        } catch (RuntimeException unexpected) {
            while (told < waiting.size()) {
                refuse(unexpected);
            }
        } finally {
            model.leave();
        }
    }

    private boolean isScoredTogether() {
        int n = waiting.size();
        try (ScoringRows scored = model.requestedRows()) {
            scored.put(FloatBuffer.wrap(rows), n);
            try {
                scored.run(n);
            } catch (Failure failed) {
                return false;
            }
            for (int i = 0; i < n; i++) {
                tell(scored, i);
            }
            return true;
        }
    }

    private void scoreAlone() {
        try (ScoringRows scored = model.oneRow()) {
            scored.put(FloatBuffer.wrap(rows, told * features, features), 1);
            try {
                scored.run(1);
            } catch (Failure failed) {
                refuse(failed);
                return;
            }
            tell(scored, 0);
        }
    }

    private void tell(ScoringRows scored, int row) {
        Waiting next = waiting.get(told++);
        next.context().dispatch(() -> next.asking().scored(scored, row));
    }

    private void refuse(RuntimeException failure) {
        Waiting next = waiting.get(told++);
        next.context().dispatch(() -> next.asking().failed(failure));
    }
}
