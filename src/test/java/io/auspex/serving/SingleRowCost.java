package io.auspex.serving;

import ai.onnx.proto.OnnxMl;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.VersionState;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * What a single row costs in process beside a bare {@code OrtSession.run} with pinned tensors, on
 * one thread: lease, borrow, copy of the row, run, metrics, and with objects for the answer or
 * without. A main to be run by hand; prints a table of nanoseconds.
 */
public final class SingleRowCost {

    private static final int FEATURES = 60;
    private static final int ROWS = 64;
    private static final int CALLS = 20_000;
    private static final int ROUNDS = 15;
    private static final int WARM_UP_ROUNDS = 5;

    private SingleRowCost() {}

    public static void main(String[] arguments) throws Exception {
        TinyModels file =
                TinyModels.tiny()
                        .features(
                                IntStream.range(0, FEATURES)
                                        .mapToObj(i -> "feature_" + i)
                                        .toList());
        int trees = arguments.length == 0 ? 100 : Integer.parseInt(arguments[0]);
        byte[] onnx = trees == 0 ? file.onnx() : TinyTrees.grow(file, trees);
        float[][] rows = rows();
        try (ExecutorService closer = Executors.newSingleThreadExecutor()) {
            ModelSlot slot = new ModelSlot(closer);
            serve(slot, file, onnx);
            try (Bare bare = new Bare(onnx)) {
                measure(slot, bare, rows, trees);
            }
            slot.clear();
        }
    }

    private static void measure(ModelSlot slot, Bare bare, float[][] rows, int trees)
            throws Exception {
        double[][] nanos = new double[3][ROUNDS];
        float sink = 0;
        for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                sink += bare.run(rows[i % ROWS]);
            }
            long afterBare = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                sink += lent(slot, rows[i % ROWS]);
            }
            long afterLent = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                try (Lease lease = slot.acquire().orElseThrow()) {
                    Double up = lease.model().predict(rows[i % ROWS]).heads().get(Head.P_UP);
                    sink += up == null ? 0 : up.floatValue();
                }
            }
            long end = System.nanoTime();
            if (round >= 0) {
                nanos[0][round] = (afterBare - start) / (double) CALLS;
                nanos[1][round] = (afterLent - afterBare) / (double) CALLS;
                nanos[2][round] = (end - afterLent) / (double) CALLS;
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%d features, %s, %d rounds of %d calls (checksum %f)%n",
                FEATURES,
                trees == 0 ? "one MatMul" : trees + " trees",
                ROUNDS,
                CALLS,
                sink);
        List<String> names =
                List.of("bare OrtSession.run, pinned", "lease and borrowed memory", "Prediction");
        double bareNanos = median(nanos[0]);
        for (int i = 0; i < nanos.length; i++) {
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f ns | %.2f |%n",
                    names.get(i),
                    median(nanos[i]),
                    median(nanos[i]) / bareNanos);
        }
    }

    private static float lent(ModelSlot slot, float[] row) {
        try (Lease lease = slot.acquire().orElseThrow();
                ScoringRows one = lease.model().oneRow()) {
            for (int i = 0; i < row.length; i++) {
                one.put(0, i, row[i]);
            }
            one.run(1);
            return one.answer(0, 0);
        }
    }

    private static void serve(ModelSlot slot, TinyModels file, byte[] onnx) throws Exception {
        ModelMeters meters =
                new ServingMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                        .of("cost");
        boolean _ = slot.admit(java.time.Duration.ZERO);
        try (Candidate candidate = Candidate.load(slot, new OnnxRuntime(), onnx)) {
            candidate.publish(
                    new ModelVersion(
                            "tiny",
                            1,
                            VersionState.PROMOTED,
                            "test",
                            "sha",
                            file.schema(),
                            file.report(),
                            null,
                            false,
                            Instant.EPOCH,
                            Instant.EPOCH),
                    false,
                    meters);
        }
    }

    private static float[][] rows() {
        Random random = new Random(3);
        float[][] rows = new float[ROWS][FEATURES];
        for (float[] row : rows) {
            for (int i = 0; i < FEATURES; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return rows;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** The least that a caller of ONNX Runtime can do. */
    private static final class Bare implements AutoCloseable {

        private final OrtSession session;
        private final FloatBuffer input = direct(FEATURES);
        private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        private final Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
        private final FloatBuffer first;

        Bare(byte[] onnx) throws Exception {
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            OrtSession.SessionOptions options = new OrtSession.SessionOptions();
            options.setIntraOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            options.setCPUArenaAllocator(false);
            options.setMemoryPatternOptimization(false);
            session = environment.createSession(onnx, options);
            inputs.put(
                    "features",
                    OnnxTensor.createTensor(environment, input, new long[] {1, FEATURES}));
            FloatBuffer up = direct(1);
            for (Head head : ModelKind.MARKET.heads()) {
                FloatBuffer memory = head == Head.P_UP ? up : direct(1);
                outputs.put(
                        head.code(),
                        OnnxTensor.createTensor(environment, memory, new long[] {1, 1}));
            }
            first = up;
        }

        float run(float[] row) throws Exception {
            input.put(0, row);
            try (OrtSession.Result _ = session.run(inputs, Set.of(), outputs, null)) {
                return first.get(0);
            }
        }

        @Override
        public void close() throws Exception {
            inputs.values().forEach(OnnxTensor::close);
            outputs.values().forEach(OnnxTensor::close);
            session.close();
        }

        private static FloatBuffer direct(int floats) {
            return ByteBuffer.allocateDirect(floats * Float.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
        }
    }

    /** Depth-3 trees with 4 targets before the heads, as the trainer's graph has them. */
    private static final class TinyTrees {

        static byte[] grow(TinyModels file, int trees) throws Exception {
            OnnxMl.ModelProto model = OnnxMl.ModelProto.parseFrom(file.onnx());
            OnnxMl.GraphProto.Builder graph = model.getGraph().toBuilder();
            for (int i = 0; i < graph.getNodeCount(); i++) {
                if (graph.getNode(i).getOpType().equals("MatMul")) {
                    graph.setNode(i, ensemble(graph.getNode(i), trees));
                }
            }
            return model.toBuilder()
                    .addOpsetImport(
                            OnnxMl.OperatorSetIdProto.newBuilder()
                                    .setDomain("ai.onnx.ml")
                                    .setVersion(3))
                    .setGraph(graph)
                    .build()
                    .toByteArray();
        }

        private static OnnxMl.NodeProto ensemble(OnnxMl.NodeProto replaced, int trees) {
            Random random = new Random(9);
            OnnxMl.AttributeProto.Builder treeIds = ints("nodes_treeids");
            OnnxMl.AttributeProto.Builder nodeIds = ints("nodes_nodeids");
            OnnxMl.AttributeProto.Builder featureIds = ints("nodes_featureids");
            OnnxMl.AttributeProto.Builder trueIds = ints("nodes_truenodeids");
            OnnxMl.AttributeProto.Builder falseIds = ints("nodes_falsenodeids");
            OnnxMl.AttributeProto.Builder missing = ints("nodes_missing_value_tracks_true");
            OnnxMl.AttributeProto.Builder values = floats("nodes_values");
            OnnxMl.AttributeProto.Builder hit = floats("nodes_hitrates");
            OnnxMl.AttributeProto.Builder modes =
                    OnnxMl.AttributeProto.newBuilder()
                            .setName("nodes_modes")
                            .setType(OnnxMl.AttributeProto.AttributeType.STRINGS);
            OnnxMl.AttributeProto.Builder targetTrees = ints("target_treeids");
            OnnxMl.AttributeProto.Builder targetNodes = ints("target_nodeids");
            OnnxMl.AttributeProto.Builder targetIds = ints("target_ids");
            OnnxMl.AttributeProto.Builder weights = floats("target_weights");
            for (int tree = 0; tree < trees; tree++) {
                for (int node = 0; node < 15; node++) {
                    boolean leaf = node >= 7;
                    treeIds.addInts(tree);
                    nodeIds.addInts(node);
                    featureIds.addInts(leaf ? 0 : random.nextInt(FEATURES));
                    trueIds.addInts(leaf ? 0 : 2 * node + 1);
                    falseIds.addInts(leaf ? 0 : 2 * node + 2);
                    missing.addInts(0);
                    values.addFloats(leaf ? 0 : (float) random.nextGaussian());
                    hit.addFloats(1);
                    modes.addStrings(
                            com.google.protobuf.ByteString.copyFromUtf8(
                                    leaf ? "LEAF" : "BRANCH_LEQ"));
                    if (leaf) {
                        targetTrees.addInts(tree);
                        targetNodes.addInts(node);
                        targetIds.addInts(tree % 4);
                        weights.addFloats((float) random.nextGaussian() * 0.01f);
                    }
                }
            }
            return OnnxMl.NodeProto.newBuilder()
                    .setOpType("TreeEnsembleRegressor")
                    .setDomain("ai.onnx.ml")
                    .addInput(replaced.getInput(0))
                    .addOutput(replaced.getOutput(0))
                    .addAttribute(treeIds)
                    .addAttribute(nodeIds)
                    .addAttribute(featureIds)
                    .addAttribute(trueIds)
                    .addAttribute(falseIds)
                    .addAttribute(missing)
                    .addAttribute(values)
                    .addAttribute(hit)
                    .addAttribute(modes)
                    .addAttribute(targetTrees)
                    .addAttribute(targetNodes)
                    .addAttribute(targetIds)
                    .addAttribute(weights)
                    .addAttribute(
                            OnnxMl.AttributeProto.newBuilder()
                                    .setName("n_targets")
                                    .setType(OnnxMl.AttributeProto.AttributeType.INT)
                                    .setI(4))
                    .build();
        }

        private static OnnxMl.AttributeProto.Builder ints(String name) {
            return OnnxMl.AttributeProto.newBuilder()
                    .setName(name)
                    .setType(OnnxMl.AttributeProto.AttributeType.INTS);
        }

        private static OnnxMl.AttributeProto.Builder floats(String name) {
            return OnnxMl.AttributeProto.newBuilder()
                    .setName(name)
                    .setType(OnnxMl.AttributeProto.AttributeType.FLOATS);
        }
    }
}
