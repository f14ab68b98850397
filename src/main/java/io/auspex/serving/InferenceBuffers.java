package io.auspex.serving;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.auspex.model.Head;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of one run: an input of up to {@code capacity} rows and one pinned output per head,
 * over direct memory that stays where it is. ONNX Runtime reads and writes that memory in place, so
 * a run copies each row once and allocates nothing per feature. One thread at a time.
 */
final class InferenceBuffers implements AutoCloseable {

    private static final Set<String> NOTHING_ELSE = Set.of();

    /** Sets of at most so many rows keep the tensors of every number of rows. */
    private static final int MOST_SHAPES = 16;

    private final OnnxRuntime runtime;
    private final int capacity;
    private final int features;
    private final List<Head> heads;
    private final FloatBuffer input;
    private final FloatBuffer[] outputs;
    private final @Nullable Tensors[] tensors;

    /**
     * @param capacity most rows of one run
     * @param features F in {@code float32[N, F]}
     */
    InferenceBuffers(OnnxRuntime runtime, int capacity, int features, List<Head> heads) {
        this.runtime = runtime;
        this.capacity = capacity;
        this.features = features;
        this.heads = heads;
        this.input = runtime.memory().take(Math.multiplyExact(capacity, features));
        this.outputs = new FloatBuffer[heads.size()];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] = runtime.memory().take(capacity);
        }
        this.tensors = new @Nullable Tensors[capacity <= MOST_SHAPES ? capacity : 1];
    }

    /**
     * The input memory, row by row: write {@code n * features} floats from index 0 on, then run.
     */
    FloatBuffer input() {
        return input;
    }

    /** Scores the first {@code n} rows of the input; the answers stay until the next run. */
    void run(OrtSession session, int n) throws OrtException {
        Tensors shaped = shaped(n);
        try (OrtSession.Result _ =
                session.run(shaped.inputs(), NOTHING_ELSE, shaped.outputs(), null)) {
            // The outputs are pinned: the result owns nothing.
        }
    }

    /** What the last run said, by position of the head and of the row. */
    float output(int head, int row) {
        return outputs[head].get(row);
    }

    @Override
    public void close() {
        for (int i = 0; i < tensors.length; i++) {
            forget(i);
        }
        runtime.memory().give(input);
        for (FloatBuffer output : outputs) {
            runtime.memory().give(output);
        }
    }

    /**
     * A caller of a large set mostly comes with as many rows as the last time: those tensors are
     * kept, and of a small set all that were ever wanted.
     */
    private Tensors shaped(int n) throws OrtException {
        if (n < 1 || n > capacity) {
            throw new IllegalArgumentException("1 to " + capacity + " rows, not " + n);
        }
        int place = tensors.length == 1 ? 0 : n - 1;
        Tensors present = tensors[place];
        if (present != null && present.rows() == n) {
            return present;
        }
        forget(place);
        Tensors created = create(n);
        tensors[place] = created;
        return created;
    }

    private void forget(int place) {
        Tensors present = tensors[place];
        if (present != null) {
            present.close();
            tensors[place] = null;
        }
    }

    private Tensors create(int n) throws OrtException {
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        Map<String, OnnxTensor> pinned = new LinkedHashMap<>();
        Tensors created = new Tensors(n, inputs, pinned);
        boolean complete = false;
        try {
            inputs.put(
                    OnnxSession.INPUT,
                    tensor(input.slice(0, n * features), new long[] {n, features}));
            for (int i = 0; i < outputs.length; i++) {
                pinned.put(heads.get(i).code(), tensor(outputs[i].slice(0, n), new long[] {n, 1}));
            }
            complete = true;
            return created;
        } finally {
            if (!complete) {
                created.close();
            }
        }
    }

    private OnnxTensor tensor(FloatBuffer memory, long[] shape) throws OrtException {
        return OnnxTensor.createTensor(runtime.environment(), memory, shape);
    }

    private record Tensors(
            int rows, Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs)
            implements AutoCloseable {

        @Override
        public void close() {
            inputs.values().forEach(OnnxTensor::close);
            outputs.values().forEach(OnnxTensor::close);
        }
    }
}
