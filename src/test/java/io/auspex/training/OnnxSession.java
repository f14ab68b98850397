package io.auspex.training;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.FloatBuffer;
import java.util.Map;

/** A model in ONNX Runtime with the options that serving uses: one thread. */
final class OnnxSession implements AutoCloseable {

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    private final OrtSession session;

    OnnxSession(byte[] model) throws OrtException {
        options.setIntraOpNumThreads(1);
        session = environment.createSession(model, options);
    }

    /** The same graph with the raw scores as one more output. */
    static byte[] withRawScores(byte[] model) throws InvalidProtocolBufferException {
        ModelProto.Builder builder = ModelProto.parseFrom(model).toBuilder();
        builder.getGraphBuilder()
                .addOutput(
                        ValueInfoProto.newBuilder()
                                .setName(OnnxExporter.RAW_SCORES)
                                .setType(
                                        TypeProto.newBuilder()
                                                .setTensorType(
                                                        TypeProto.Tensor.newBuilder()
                                                                .setElemType(1))));
        return builder.build().toByteArray();
    }

    /** Outputs by name, {@code float[count * width]}. */
    Map<String, float[]> run(Rows rows, int from, int count) throws OrtException {
        float[] values = new float[count * rows.columns()];
        for (int i = 0; i < count; i++) {
            rows.row(from + i, values, i * rows.columns());
        }
        try (OnnxTensor input =
                        OnnxTensor.createTensor(
                                environment,
                                FloatBuffer.wrap(values),
                                new long[] {count, rows.columns()});
                OrtSession.Result result = session.run(Map.of("features", input))) {
            Map<String, float[]> outputs = new java.util.HashMap<>();
            for (Map.Entry<String, ai.onnxruntime.OnnxValue> entry : result) {
                FloatBuffer buffer = ((OnnxTensor) entry.getValue()).getFloatBuffer();
                float[] copy = new float[buffer.remaining()];
                buffer.get(copy);
                outputs.put(entry.getKey(), copy);
            }
            return outputs;
        }
    }

    OrtSession session() {
        return session;
    }

    @Override
    public void close() throws OrtException {
        session.close();
        options.close();
    }
}
