package io.auspex.serving;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.platform.Failure;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * One loaded model file that keeps the contract: input {@code features} float32 {@code [N, F]} with
 * F the size of its schema, one output float32 {@code [N, 1]} per head, named like the head.
 * Scoring is safe from any number of threads; {@link #close} is not safe while one of them runs,
 * and whoever closes has to know (see {@link Readers}).
 */
final class OnnxSession implements AutoCloseable {

    static final String INPUT = "features";

    /** Rows of one native call; larger batches are cut. Bounds the memory that a batch can pin. */
    static final int MAX_CHUNK_ROWS = 256;

    /**
     * Rows of one run over rows of a close. Always as many: what {@link RowParity} has shown of
     * this shape is true of every run of it. A run of 16 costs as much a row as one of 200.
     */
    static final int TOGETHER_ROWS = 16;

    /** Fewer rows than that cost less one by one than filled up to a run. */
    private static final int LEAST_TOGETHER = 6;

    /** Wider models get shorter chunks: 1 MiB of input each. */
    private static final int MAX_CHUNK_FLOATS = 256 * 1024;

    /** Idle buffer sets kept a session. */
    private static final int IDLE_SETS =
            Integer.highestOneBit(Math.max(8, 4 * Runtime.getRuntime().availableProcessors()));

    /** Batches are rarer and their sets larger. */
    private static final int IDLE_BATCH_SETS = 4;

    private final OnnxRuntime runtime;
    private final OrtSession session;
    private final ModelMetadata metadata;
    private final List<Head> heads;
    private final int features;
    private final int chunkRows;
    private final BufferPool single;
    private final BufferPool batch;
    private final BufferPool together;
    private final float[] nothing;

    private OnnxSession(
            OnnxRuntime runtime, OrtSession session, ModelMetadata metadata, List<Head> heads) {
        this.runtime = runtime;
        this.session = session;
        this.metadata = metadata;
        this.heads = heads;
        this.features = metadata.schema().size();
        this.chunkRows = Math.clamp(MAX_CHUNK_FLOATS / features, 1, MAX_CHUNK_ROWS);
        this.single = new BufferPool(IDLE_SETS, () -> buffers(1));
        this.batch = new BufferPool(IDLE_BATCH_SETS, () -> buffers(chunkRows));
        this.together = new BufferPool(IDLE_SETS, () -> buffers(TOGETHER_ROWS));
        this.nothing = new float[features];
        Arrays.fill(nothing, Float.NaN);
    }

    static OnnxSession of(OnnxRuntime runtime, OrtSession session)
            throws OrtException, UnusableModelException {
        ModelMetadata metadata = ModelMetadata.of(session.getMetadata().getCustomMetadata());
        requireInput(session.getInputInfo(), metadata.schema().size());
        List<Head> heads = heads(session.getOutputInfo());
        requireKind(metadata.kind(), heads);
        return new OnnxSession(runtime, session, metadata, heads);
    }

    ModelMetadata metadata() {
        return metadata;
    }

    /** The heads of the model, in the order of {@link Head}: the order of every output array. */
    List<Head> heads() {
        return heads;
    }

    /** Lends the memory of one row, or of a chunk of rows, to an entered reader of the model. */
    ScoringRows lend(ServingModel model, boolean many) {
        return new ScoringRows(model, many ? batch : single, nothing);
    }

    /** Lends the memory of {@link #TOGETHER_ROWS} rows to an entered reader of the model. */
    ScoringRows lendTogether(ServingModel model) {
        return new ScoringRows(model, together, nothing);
    }

    /**
     * Scores one row.
     *
     * @param row F features
     * @param headsOut receives one value per head, in the order of {@link #heads}
     */
    void run(float[] row, float[] headsOut) {
        if (row.length != features || headsOut.length < heads.size()) {
            throw new IllegalArgumentException(
                    "a row has %d features, its answer %d heads; given %d and %d"
                            .formatted(features, heads.size(), row.length, headsOut.length));
        }
        InferenceBuffers buffers = single.take();
        buffers.input().put(0, row);
        score(buffers, 1);
        for (int head = 0; head < heads.size(); head++) {
            headsOut[head] = buffers.output(head, 0);
        }
        single.give(buffers);
    }

    /**
     * Scores rows in runs of exactly {@link #TOGETHER_ROWS}, the last one filled up; a few that are
     * left over one by one. Whether that gives the bits of {@link #run(float[], float[])} for every
     * row, {@link RowParity} says.
     *
     * @param rows of F features each
     * @return {@code [row][head]}, in the order of {@link #heads}
     */
    float[][] runTogether(List<float[]> rows) {
        float[][] answers = new float[rows.size()][heads.size()];
        int from = 0;
        while (rows.size() - from >= LEAST_TOGETHER) {
            int n = Math.min(TOGETHER_ROWS, rows.size() - from);
            runOnce(rows.subList(from, from + n), TOGETHER_ROWS, answers, from);
            from += n;
        }
        for (int row = from; row < rows.size(); row++) {
            run(rows.get(row), answers[row]);
        }
        return answers;
    }

    /**
     * Scores a few rows in one run.
     *
     * @param shape rows of the run, at most {@link #TOGETHER_ROWS}; filled up with the last row
     * @param answers receive {@code [from + row][head]}
     */
    void runOnce(List<float[]> rows, int shape, float[][] answers, int from) {
        InferenceBuffers buffers = together.take();
        FloatBuffer input = buffers.input();
        int n = rows.size();
        for (int i = 0; i < shape; i++) {
            // Filled up with what is a row in any case.
            input.put(i * features, rows.get(Math.min(i, n - 1)));
        }
        score(buffers, shape);
        for (int i = 0; i < n; i++) {
            for (int head = 0; head < heads.size(); head++) {
                answers[from + i][head] = buffers.output(head, i);
            }
        }
        together.give(buffers);
    }

    /**
     * Scores {@code n} rows, in chunks of at most {@link #MAX_CHUNK_ROWS}.
     *
     * @param rows {@code n * F} floats from its position on; the position is left as it is
     * @param headsOut receives {@code [head][row]}, in the order of {@link #heads}
     */
    void run(FloatBuffer rows, int n, float[][] headsOut) {
        if (n < 0 || rows.remaining() < (long) n * features) {
            throw new IllegalArgumentException(
                    "%d rows of %d features do not lie in %d floats"
                            .formatted(n, features, rows.remaining()));
        }
        requireRoom(headsOut, n);
        for (int from = 0; from < n; from += chunkRows) {
            chunk(rows, from, Math.min(chunkRows, n - from), headsOut);
        }
    }

    @Override
    public void close() {
        single.close();
        batch.close();
        together.close();
        runtime.close(session);
    }

    private void chunk(FloatBuffer rows, int from, int n, float[][] headsOut) {
        BufferPool pool = n == 1 ? single : batch;
        InferenceBuffers buffers = pool.take();
        buffers.input().put(0, rows, rows.position() + from * features, n * features);
        score(buffers, n);
        for (int head = 0; head < heads.size(); head++) {
            for (int row = 0; row < n; row++) {
                headsOut[head][from + row] = buffers.output(head, row);
            }
        }
        pool.give(buffers);
    }

    private void requireRoom(float[][] headsOut, int n) {
        boolean room = headsOut.length >= heads.size();
        for (int head = 0; room && head < heads.size(); head++) {
            room = headsOut[head].length >= n;
        }
        if (!room) {
            throw new IllegalArgumentException(
                    "the answer needs " + heads.size() + " heads of " + n + " rows");
        }
    }

    /** A set that was part of a failed run is not used again. */
    void score(InferenceBuffers buffers, int n) {
        boolean scored = false;
        try {
            buffers.run(session, n);
            scored = true;
        } catch (OrtException e) {
            throw new Failure(
                    Failure.Category.INTERNAL,
                    "inference-failed",
                    "ONNX Runtime failed to score: " + e.getMessage());
        } finally {
            if (!scored) {
                buffers.close();
            }
        }
    }

    private InferenceBuffers buffers(int rows) {
        return new InferenceBuffers(runtime, rows, features, heads);
    }

    private static void requireInput(Map<String, NodeInfo> inputs, int features)
            throws UnusableModelException {
        NodeInfo input = inputs.get(INPUT);
        if (input == null || inputs.size() != 1) {
            throw new UnusableModelException(
                    "the only input must be called '%s'; the graph has %s"
                            .formatted(INPUT, inputs.keySet()));
        }
        long[] shape = floatShape(INPUT, input);
        if (shape.length != 2 || shape[0] != -1 || shape[1] != features) {
            throw new UnusableModelException(
                    "the input must have the shape [N, %d] of its schema, not %s"
                            .formatted(features, Arrays.toString(shape)));
        }
    }

    private static List<Head> heads(Map<String, NodeInfo> outputs) throws UnusableModelException {
        List<Head> heads = new ArrayList<>();
        for (Map.Entry<String, NodeInfo> output : outputs.entrySet()) {
            heads.add(head(output.getKey()));
            long[] shape = floatShape(output.getKey(), output.getValue());
            if (shape.length != 2 || shape[0] != -1 || shape[1] != 1) {
                throw new UnusableModelException(
                        "the output %s must have the shape [N, 1], not %s"
                                .formatted(output.getKey(), Arrays.toString(shape)));
            }
        }
        if (heads.isEmpty()) {
            throw new UnusableModelException("the graph has no output");
        }
        Collections.sort(heads);
        return List.copyOf(heads);
    }

    /** A model of the market may lack heads; one of a trade's outcome has both. */
    private static void requireKind(ModelKind kind, List<Head> heads)
            throws UnusableModelException {
        for (Head head : heads) {
            if (head.kind() != kind) {
                throw new UnusableModelException(
                        "the graph has the output %s, which no model of kind %s has"
                                .formatted(head.code(), kind.code()));
            }
        }
        if (kind.expectedFeatures().isPresent() && !heads.equals(kind.heads())) {
            throw new UnusableModelException(
                    "a model of kind %s has the outputs %s, not %s"
                            .formatted(kind.code(), codes(kind.heads()), codes(heads)));
        }
    }

    private static List<String> codes(List<Head> heads) {
        return heads.stream().map(Head::code).toList();
    }

    private static Head head(String name) throws UnusableModelException {
        try {
            return Head.of(name);
        } catch (IllegalArgumentException e) {
            throw new UnusableModelException("the graph has an output of no head: " + name, e);
        }
    }

    private static long[] floatShape(String name, NodeInfo node) throws UnusableModelException {
        if (node.getInfo() instanceof TensorInfo tensor && tensor.type == OnnxJavaType.FLOAT) {
            return tensor.getShape();
        }
        throw new UnusableModelException(
                "'" + name + "' must be a float32 tensor, not " + node.getInfo());
    }
}
