package io.auspex.uploads;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.auspex.model.Head;
import io.auspex.uploads.InspectionResult.Accepted;
import io.auspex.uploads.InspectionResult.Refused;
import io.auspex.uploads.Manifest.Input;
import io.auspex.uploads.Manifest.Output;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files made to hurt, each through a real process; what this one does meanwhile is looked at. */
@Timeout(120)
class HostileModelsTest {

    private static final int WIDTH = 4;
    private static final Manifest MANIFEST =
            new Manifest(
                    List.of(new Input("x", null, WIDTH)),
                    Map.of(Head.EXPECTED_RETURN, new Output("y", 0, null)),
                    null,
                    null);

    @TempDir Path folder;

    @Test
    void aHarmlessGraphOfTheSameKindIsLetIn() throws Exception {
        assertThat(inspect("harmless", model(node("Identity", "x", "y")), limits()))
                .isInstanceOf(Accepted.class);
    }

    @Test
    void externalDataIsNotRead() throws Exception {
        TensorProto passwords =
                TensorProto.newBuilder()
                        .setName("w")
                        .setDataType(DataType.FLOAT.getNumber())
                        .addDims(WIDTH)
                        .setDataLocation(DataLocation.EXTERNAL)
                        .addExternalData(
                                StringStringEntryProto.newBuilder()
                                        .setKey("location")
                                        .setValue("../../../etc/passwd"))
                        .build();
        refused(
                "external data",
                model(g -> g.addInitializer(passwords).addNode(node("Add", "x,w", "y"))),
                "the tensor 'w' has external data");
    }

    @Test
    void operatorsOfUnknownDomainsAreNamed() throws Exception {
        refused(
                "unknown domain",
                model(node("Shell", "x", "y").toBuilder().setDomain("com.evil").build()),
                "'Shell' is of the domain 'com.evil'");
        refused("unknown operator", model(node("NonZero", "x", "y")), "'NonZero' is not allowed");
    }

    @Test
    void loopsAreRefused() throws Exception {
        GraphProto body =
                GraphProto.newBuilder()
                        .setName("body")
                        .addInput(value("i"))
                        .addInput(value("going"))
                        .addInput(value("state"))
                        .addNode(node("Identity", "going", "still"))
                        .addNode(node("Identity", "state", "next"))
                        .addOutput(value("still"))
                        .addOutput(value("next"))
                        .build();
        NodeProto loop =
                node("Loop", ",forever,x", "y").toBuilder()
                        .addAttribute(graph("body", body))
                        .build();
        TensorProto forever =
                TensorProto.newBuilder()
                        .setName("forever")
                        .setDataType(DataType.BOOL.getNumber())
                        .addInt32Data(1)
                        .build();
        refused(
                "endless loop",
                model(g -> g.addInitializer(forever).addNode(loop)),
                "'Loop' is not allowed");
    }

    @Test
    void constantsThatDeclareMoreThanTheyHaveAreRefused() throws Exception {
        refused(
                "giant tensor",
                model(g ->
                        g.addInitializer(tensor("w", new float[4], 1L << 20, 1L << 20))
                                .addNode(node("Add", "x,w", "y"))),
                "the tensor 'w' declares more than");
        refused(
                "short tensor",
                model(g ->
                        g.addInitializer(tensor("w", new float[4], 1_000))
                                .addNode(node("Add", "x,w", "y"))),
                "the tensor 'w' declares 1000 values and has 4");
    }

    @Test
    void branchesNestedTenThousandDeepAreRefused() throws Exception {
        refused("10,000 nested graphs", nested(10_000), "too many levels of nesting");
        refused("12 nested graphs", nested(12), "nested deeper than 4");
    }

    @Test
    void aSizeTakenFromAFeatureIsRefused() throws Exception {
        refused(
                "size from a feature",
                model(g ->
                        g.addNode(cast("x", "wide", DataType.INT64))
                                .addNode(node("ConstantOfShape", "wide", "y"))),
                "takes a size or a branch ('wide') from feature values");
    }

    @Test
    void treesThatNeverEndOrReadBeyondTheirRowAreRefused() throws Exception {
        refused("endless tree", model(tree(0, 0)), "would never end");
        assertThat(inspect("tree", model(tree(0, 2)), limits())).isInstanceOf(Accepted.class);
        InspectionResult result =
                inspect("tree beyond its row", model(tree(1_000_000, 2)), limits());
        assertThat(result)
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.reason()).contains("feature number 1000000"));
    }

    @Test
    void tornAndRandomBytesAreRefused() throws Exception {
        byte[] whole =
                model(g ->
                        g.addInitializer(tensor("w", new float[4_000], 1_000, 4))
                                .addNode(node("Add", "x,w", "y")));
        refused("truncated", Arrays.copyOf(whole, whole.length / 2), "it is no ONNX model");
        refused("empty graph", new byte[] {0x3a, 0}, "there is no graph");
        refused("random", random(new Random(1)), "no ONNX model");
    }

    /** In this process: what is thrown here would be a crash's exit code there. */
    @Test
    void twoHundredRandomFilesNeverGetBeyondTheirCheck() {
        Random random = new Random(42);
        byte[] sound = model(node("Identity", "x", "y"));
        int refused = 0;
        for (int i = 0; i < 200; i++) {
            byte[] bytes = i % 2 == 0 ? random(random) : damaged(sound, random);
            try {
                GraphCheck.require(ModelProto.parseFrom(bytes));
            } catch (RefusedModelException | IOException expected) {
                refused++;
            }
        }
        System.out.printf("200 random or damaged files: %d refused by the check%n", refused);
        assertThat(refused).isGreaterThan(120);
    }

    @Test
    void aFileThatUnfoldsIsStoppedByItsHeap() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] emptyNodes = new byte[2 * 15_000_000];
        for (int i = 0; i < emptyNodes.length; i += 2) {
            emptyNodes[i] = 0x0a;
        }
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeByteArray(ModelProto.GRAPH_FIELD_NUMBER, emptyNodes);
        out.flush();
        refused("15,000,000 empty operators in 30 MB", bytes.toByteArray(), "Java heap");
    }

    @Test
    void aGraphThatAllocatesTensOfGigabytesIsStopped() throws Exception {
        // 100,000 x 100,000 float32 out of two small constants.
        UnaryOperator<GraphProto.Builder> outer =
                g ->
                        g.addInitializer(longs("high", 100_000, 1))
                                .addInitializer(longs("wide", 1, 100_000))
                                .addNode(node("ReduceSum", "x", "s"))
                                .addNode(node("Expand", "s,high", "a"))
                                .addNode(node("Expand", "s,wide", "b"))
                                .addNode(node("MatMul", "a,b", "c"))
                                .addNode(node("ReduceMax", "c", "m"))
                                .addNode(node("Add", "x,m", "y"));
        InspectionResult result = inspect("40 GB at run time", model(outer), limits());
        assertThat(result).isInstanceOf(Refused.class);
    }

    @Test
    void aGraphThatRunsForMinutesIsStoppedByTheClock() throws Exception {
        UnaryOperator<GraphProto.Builder> chain =
                g -> {
                    g.addInitializer(longs("square", 3_000, 3_000))
                            .addNode(node("ReduceSum", "x", "s"))
                            .addNode(node("Expand", "s,square", "m0"));
                    for (int i = 0; i < 500; i++) {
                        g.addNode(node("MatMul", "m" + i + ",m" + i, "m" + (i + 1)));
                    }
                    return g.addNode(node("ReduceMax", "m500", "top"))
                            .addNode(node("Add", "x,top", "y"));
                };
        InspectorProcess hurried = new InspectorProcess("512m", 2L << 30, Duration.ofSeconds(8));
        InspectionResult result = inspect("minutes of MatMul", model(chain), hurried);
        assertThat(result)
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> {
                            assertThat(refused.slug()).isEqualTo("upload-timeout");
                            assertThat(refused.reason()).contains("8.0 s");
                        });
    }

    private void refused(String name, byte[] upload, String reason) throws Exception {
        assertThat(inspect(name, upload, limits()))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> {
                            assertThat(refused.slug()).isEqualTo("upload-refused");
                            assertThat(refused.reason()).contains(reason);
                        });
    }

    private InspectionResult inspect(String name, byte[] upload, InspectorProcess process)
            throws Exception {
        try (Heartbeat heartbeat = new Heartbeat()) {
            long start = System.nanoTime();
            InspectionResult result = Inspecting.inspect(folder, upload, MANIFEST, process);
            System.out.printf(
                    "%s: %s in %d ms; longest pause of a heartbeat beside it %d ms%n",
                    name,
                    result instanceof Refused refused ? refused.reason() : "accepted",
                    (System.nanoTime() - start) / 1_000_000,
                    heartbeat.longestMillis());
            assertThat(heartbeat.longestMillis()).isLessThan(2_000);
            return result;
        }
    }

    private static InspectorProcess limits() {
        return new InspectorProcess("256m", 1L << 30, Duration.ofSeconds(60));
    }

    /** x [N, 4] through the nodes to y. */
    private static byte[] model(NodeProto node) {
        return model(graph -> graph.addNode(node));
    }

    private static byte[] model(UnaryOperator<GraphProto.Builder> body) {
        GraphProto.Builder graph =
                GraphProto.newBuilder().setName("g").addInput(value("x")).addOutput(value("y"));
        return ModelProto.newBuilder()
                .setIrVersion(10)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(21))
                .addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain("ai.onnx.ml").setVersion(3))
                .setGraph(body.apply(graph))
                .build()
                .toByteArray();
    }

    /** Written by hand: the builder itself would overflow. */
    private static byte[] nested(int levels) throws IOException {
        byte[] graph =
                GraphProto.newBuilder().addNode(node("Identity", "x", "y")).build().toByteArray();
        for (int i = 0; i < levels; i++) {
            graph =
                    field(
                            NodeProto.ATTRIBUTE_FIELD_NUMBER,
                            field(AttributeProto.G_FIELD_NUMBER, graph));
            graph =
                    field(
                            GraphProto.NODE_FIELD_NUMBER,
                            concat(
                                    NodeProto.newBuilder()
                                            .setOpType("If")
                                            .addInput("c")
                                            .build()
                                            .toByteArray(),
                                    graph));
        }
        byte[] condition =
                GraphProto.newBuilder()
                        .addInput(value("x"))
                        .addInitializer(
                                TensorProto.newBuilder()
                                        .setName("c")
                                        .setDataType(DataType.BOOL.getNumber())
                                        .addInt32Data(1))
                        .build()
                        .toByteArray();
        return field(ModelProto.GRAPH_FIELD_NUMBER, concat(condition, graph));
    }

    private static byte[] field(int number, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeByteArray(number, content);
        out.flush();
        return bytes.toByteArray();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    private static byte[] random(Random random) {
        byte[] bytes = new byte[1 + random.nextInt(4_000)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] damaged(byte[] sound, Random random) {
        byte[] bytes = sound.clone();
        for (int i = 0; i < 4; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }

    /** One split on a feature, whose true branch is a node of the same tree. */
    private static NodeProto tree(long feature, long whenTrue) {
        return node("TreeEnsembleRegressor", "x", "y").toBuilder()
                .setDomain("ai.onnx.ml")
                .addAttribute(ints("nodes_treeids", 0, 0, 0))
                .addAttribute(ints("nodes_nodeids", 0, 1, 2))
                .addAttribute(ints("nodes_featureids", feature, 0, 0))
                .addAttribute(ints("nodes_truenodeids", whenTrue, 0, 0))
                .addAttribute(ints("nodes_falsenodeids", 1, 0, 0))
                .addAttribute(floats("nodes_values", 12_345, 0, 0))
                .addAttribute(
                        AttributeProto.newBuilder()
                                .setName("nodes_modes")
                                .setType(AttributeType.STRINGS)
                                .addStrings(ByteString.copyFromUtf8("BRANCH_GT"))
                                .addStrings(ByteString.copyFromUtf8("LEAF"))
                                .addStrings(ByteString.copyFromUtf8("LEAF")))
                .addAttribute(ints("target_treeids", 0, 0))
                .addAttribute(ints("target_nodeids", 1, 2))
                .addAttribute(ints("target_ids", 0, 0))
                .addAttribute(floats("target_weights", 1, 2))
                .addAttribute(
                        AttributeProto.newBuilder()
                                .setName("n_targets")
                                .setType(AttributeType.INT)
                                .setI(1))
                .build();
    }

    private static NodeProto node(String operator, String inputs, String output) {
        return NodeProto.newBuilder()
                .setOpType(operator)
                .addAllInput(Arrays.asList(inputs.split(",", -1)))
                .addOutput(output)
                .build();
    }

    private static NodeProto cast(String input, String output, DataType type) {
        return node("Cast", input, output).toBuilder()
                .addAttribute(
                        AttributeProto.newBuilder()
                                .setName("to")
                                .setType(AttributeType.INT)
                                .setI(type.getNumber()))
                .build();
    }

    private static AttributeProto graph(String name, GraphProto graph) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.GRAPH)
                .setG(graph)
                .build();
    }

    private static AttributeProto ints(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS);
        Arrays.stream(values).forEach(attribute::addInts);
        return attribute.build();
    }

    private static AttributeProto floats(String name, float... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeType.FLOATS);
        for (float value : values) {
            attribute.addFloats(value);
        }
        return attribute.build();
    }

    private static TensorProto tensor(String name, float[] values, long... shape) {
        List<Float> data = new ArrayList<>();
        for (float value : values) {
            data.add(value);
        }
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(DataType.FLOAT.getNumber())
                .addAllDims(Arrays.stream(shape).boxed().toList())
                .addAllFloatData(data)
                .build();
    }

    private static TensorProto longs(String name, long... values) {
        return OnnxNodes.longs(name, Arrays.stream(values).boxed().toList());
    }

    private static ValueInfoProto value(String name) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(
                        TypeProto.newBuilder()
                                .setTensorType(
                                        TypeProto.Tensor.newBuilder()
                                                .setElemType(DataType.FLOAT.getNumber())))
                .build();
    }

    /** A thread that wants to run every 5 ms, as an event loop does. */
    private static final class Heartbeat implements AutoCloseable {

        private final Thread thread = Thread.ofPlatform().daemon().start(this::beat);
        private volatile boolean ended;
        private volatile long longestNanos;

        long longestMillis() {
            return longestNanos / 1_000_000;
        }

        @Override
        public void close() throws InterruptedException {
            ended = true;
            thread.join();
        }

        private void beat() {
            @Nullable Long last = null;
            while (!ended) {
                long now = System.nanoTime();
                if (last != null) {
                    longestNanos = Math.max(longestNanos, now - last);
                }
                last = now;
                java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
            }
        }
    }
}
