package io.auspex.bench;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The least that one row through ONNX Runtime takes in Java: one session, one reused direct input,
 * one pinned output a head, nothing counted, leased or checked. The limit that serving is measured
 * against, and the scoring of {@link RawVertx}. One thread.
 */
final class BareSession implements AutoCloseable {

    private static final Set<String> NOTHING_ELSE = Set.of();

    private final OrtSession session;
    private final List<String> outputs;
    private final int features;
    private final FloatBuffer input;
    private final FloatBuffer[] answers;
    private final Map<String, OnnxTensor> inputTensors = new LinkedHashMap<>();
    private final Map<String, OnnxTensor> outputTensors = new LinkedHashMap<>();

    /** Opens a file of the model contract. */
    static BareSession open(byte[] onnx) {
        try {
            return new BareSession(onnx);
        } catch (OrtException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private BareSession(byte[] onnx) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            options.addConfigEntry("session.inter_op.allow_spinning", "0");
            options.setCPUArenaAllocator(false);
            options.setMemoryPatternOptimization(false);
            this.session = environment.createSession(onnx, options);
        }
        this.outputs = List.copyOf(session.getOutputNames());
        NodeInfo described = session.getInputInfo().values().iterator().next();
        this.features = (int) ((TensorInfo) described.getInfo()).getShape()[1];
        this.input = direct(features);
        this.answers = new FloatBuffer[outputs.size()];
        String name = described.getName();
        inputTensors.put(
                name, OnnxTensor.createTensor(environment, input, new long[] {1, features}));
        for (int i = 0; i < answers.length; i++) {
            answers[i] = direct(1);
            outputTensors.put(
                    outputs.get(i),
                    OnnxTensor.createTensor(environment, answers[i], new long[] {1, 1}));
        }
    }

    /** F, the width of a row. */
    int features() {
        return features;
    }

    /** Names of the outputs, in the order of the graph. */
    List<String> outputs() {
        return outputs;
    }

    /** What the file says about itself. */
    Map<String, String> metadata() {
        try {
            return session.getMetadata().getCustomMetadata();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One row: write it from index 0 on, then run. */
    FloatBuffer input() {
        return input;
    }

    void run() {
        try (OrtSession.Result _ = session.run(inputTensors, NOTHING_ELSE, outputTensors, null)) {
            // The outputs are pinned: the result owns nothing.
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the last run said. */
    float answer(int output) {
        return answers[output].get(0);
    }

    @Override
    public void close() {
        inputTensors.values().forEach(OnnxTensor::close);
        outputTensors.values().forEach(OnnxTensor::close);
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of ONNX Runtime. */
    static String version() {
        return OrtEnvironment.getEnvironment().getVersion();
    }

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(floats * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
