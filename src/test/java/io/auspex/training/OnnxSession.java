package io.auspex.training;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.InvalidProtocolBufferException;
import io.auspex.model.ModelKind;
import java.nio.FloatBuffer;
import java.util.HashMap;
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
        ValueInfoProto.Builder raw =
                builder.getGraph().getOutput(0).toBuilder().setName(OnnxExporter.RAW_SCORES);
        raw.getTypeBuilder()
                .getTensorTypeBuilder()
                .getShapeBuilder()
                .setDim(1, Dimension.newBuilder().setDimValue(ModelKind.MARKET.heads().size()));
        builder.getGraphBuilder().addOutput(raw);
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
            Map<String, float[]> outputs = new HashMap<>();
            for (Map.Entry<String, OnnxValue> entry : result) {
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
