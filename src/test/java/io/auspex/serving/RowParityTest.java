package io.auspex.serving;

import static io.auspex.serving.TinyModels.tiny;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.features.Readiness;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.platform.Json;
import io.auspex.platform.Sha256;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.VersionState;
import io.auspex.signals.DecisionRule;
import io.auspex.signals.Expiry;
import io.auspex.signals.PendingSignal;
import io.auspex.signals.SignalMaker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RowParityTest {

    private static final Path TREES = Path.of("onnx-models/simulated-5m/1/model.onnx");
    private static final int HIDDEN = 96;
    private static final int SYMBOLS = 45;

    private final OnnxRuntime runtime = new OnnxRuntime();

    @Test
    void treesGiveTheSameBitsTogether() throws Exception {
        byte[] trees = Files.readAllBytes(TREES);
        try (OnnxSession session = runtime.open(trees)) {
            RowParity parity = new RowParity(session, probe(session, session.metadata().report()));
            assertThat(parity.holds()).isTrue();
            assertThat(parity.holdsUpTo(OnnxSession.TOGETHER_ROWS)).isTrue();
        }
        assertThat(saidTogether(trees)).isEqualTo(saidRowByRow(trees));
    }

    /** As batch normalisation that was left in training mode does. */
    @Test
    void aGraphInWhichRowsLookAtEachOtherIsScoredRowByRow() throws Exception {
        byte[] looking = changed(RowParityTest::centred);
        try (OnnxSession session = runtime.open(looking)) {
            RowParity parity = new RowParity(session, probe(session, tiny().report()));
            assertThat(parity.holds()).isFalse();
            assertThat(parity.holdsUpTo(2)).isFalse();
            assertThat(parity.holdsUpTo(1)).as("nobody in company").isTrue();
            List<float[]> rows = rows(session, 32);
            float[] alone = new float[session.heads().size()];
            session.run(rows.getFirst(), alone);
            assertThat(session.runTogether(rows)[0]).isNotEqualTo(alone);
        }
    }

    /** Whether the kernels for one row and for many agree is the machine's affair. */
    @Test
    void aNetworkSaysTheSameWhetherItsRowsAreScoredTogetherOrNot() throws Exception {
        byte[] network = changed(RowParityTest::network);
        assertThat(saidTogether(network)).isEqualTo(saidRowByRow(network));
    }

    @Test
    void anyNumberOfRowsGetsTheAnswersOfItsRowsInTheirOrder() throws Exception {
        try (OnnxSession session = runtime.open(Files.readAllBytes(TREES))) {
            for (int n : new int[] {0, 1, 5, 6, 15, 16, 17, 21, 22, 200}) {
                List<float[]> rows = rows(session, n);
                float[][] together = session.runTogether(rows);
                assertThat(together).hasNumberOfRows(n);
                for (int i = 0; i < n; i++) {
                    float[] alone = new float[session.heads().size()];
                    session.run(rows.get(i), alone);
                    assertThat(together[i]).as("row %d of %d", i, n).isEqualTo(alone);
                }
            }
        }
        assertThat(runtime.liveSessions()).isZero();
    }

    @Test
    void whatHeldOnceIsRemembered() throws Exception {
        byte[] trees = Files.readAllBytes(TREES);
        ParityMemory memory = new ParityMemory();
        assertThat(isTogether(trees, memory)).isTrue();
        assertThat(memory.holds(Sha256.hex(trees), 8)).isTrue();
        assertThat(memory.holds(Sha256.hex(trees), 9)).as("more rows than were tried").isFalse();
        assertThat(memory.holds(Sha256.hex(tiny().onnx()), 2)).as("another file").isFalse();
    }

    /** Tried, its rows have other bits together: that they are together means it was not tried. */
    @Test
    void whatIsRememberedIsNotTriedAgainAndAFailureIsNotRemembered() throws Exception {
        byte[] looking = changed(RowParityTest::centred);
        ParityMemory memory = new ParityMemory();
        assertThat(isTogether(looking, memory)).isFalse();
        assertThat(memory.holds(Sha256.hex(looking), 2)).isFalse();
        memory.held(Sha256.hex(looking), 8);
        assertThat(isTogether(looking, memory)).isTrue();
    }

    @Test
    void theFileThatWasAskedForLeastRecentlyIsForgottenFirst() {
        ParityMemory memory = new ParityMemory();
        for (int i = 0; i < ParityMemory.MOST; i++) {
            memory.held("file " + i, 8);
        }
        assertThat(memory.holds("file 0", 8)).isTrue();
        memory.held("one more", 8);
        assertThat(memory.holds("file 0", 8)).as("asked for just now").isTrue();
        assertThat(memory.holds("file 1", 8)).as("asked for by nobody").isFalse();
    }

    private boolean isTogether(byte[] onnx, ParityMemory memory) throws Exception {
        ModelSlot slot = new ModelSlot(Runnable::run);
        assertThat(slot.admit(Duration.ZERO)).isTrue();
        try (Candidate candidate = Candidate.load(slot, runtime, onnx)) {
            candidate.selfTest(reported(candidate.metadata(), onnx), 8, memory);
            return candidate.rowsTogether();
        }
    }

    /** With a probe that the graph reproduces, also where its nodes were changed. */
    private JsonNode reported(ModelMetadata metadata, byte[] onnx) throws Exception {
        return metadata.model().equals("tiny") ? answered(onnx) : metadata.report();
    }

    /** By the session that serves. */
    private List<PendingSignal> saidTogether(byte[] onnx) throws Exception {
        ModelSlot slot = new ModelSlot(Runnable::run);
        assertThat(slot.admit(Duration.ZERO)).isTrue();
        try (Candidate candidate = Candidate.load(slot, runtime, onnx)) {
            ModelMetadata metadata = candidate.metadata();
            candidate.features(() -> {});
            candidate.selfTest(reported(metadata, onnx), 8, new ParityMemory());
            boolean together = candidate.rowsTogether();
            candidate.publish(
                    version(metadata, onnx),
                    false,
                    new ServingMetrics(new SimpleMeterRegistry()).of(metadata.model()));
            try (Lease lease = slot.acquire().orElseThrow()) {
                assertThat(lease.model().rowsTogether()).isEqualTo(together);
                return said(lease.model());
            }
        } finally {
            slot.clear();
        }
    }

    /** By a session that never scores rows together, as replays and backtests have it. */
    private static List<PendingSignal> saidRowByRow(byte[] onnx) {
        String name = onnxName(onnx);
        try (PastModel past = PastModel.open(onnx, name, 1, false)) {
            assertThat(past.model().rowsTogether()).isFalse();
            return said(past.model());
        }
    }

    private static List<PendingSignal> said(ServingModel model) {
        Random random = new Random(23);
        long closeTime = 1_700_000_400_000L;
        List<Candle> candles = new ArrayList<>();
        Map<Symbol, LiveVector> vectors = new TreeMap<>();
        for (int i = 0; i < SYMBOLS; i++) {
            Symbol symbol = new Symbol("SYM%03d".formatted(i));
            long open = closeTime - Timeframe.FIVE_MINUTES.millis();
            candles.add(new Candle(symbol, Timeframe.FIVE_MINUTES, open, 2, 2, 2, 2, 1));
            float[] row = new float[model.schema().size()];
            for (int j = 0; j < row.length; j++) {
                row[j] = (float) random.nextGaussian();
            }
            Readiness readiness =
                    i % 11 == 3 ? new Readiness.NotReady("warm-up") : new Readiness.Ready();
            vectors.put(
                    symbol,
                    new LiveVector(
                            symbol, closeTime, 2, FeatureVector.of(row), readiness, List.of()));
        }
        // One without a vector.
        vectors.remove(candles.get(7).symbol());
        SignalMaker maker =
                new SignalMaker(
                        DecisionRule.standard(),
                        List.of((_, row) ->
                                row.get(0) > 1 ? Optional.of("held back") : Optional.empty()),
                        Expiry.UNTIL_THE_NEXT_CLOSE);
        String feed = model.market().feed().equals("simulated") ? "simulated:7" : "simulated";
        List<PendingSignal> said =
                maker.signals(model, new MarketClose(feed, closeTime, candles), _ -> vectors);
        assertThat(said).hasSize(SYMBOLS);
        assertThat(said.stream().filter(signal -> signal.heads().size() == 4).count())
                .isGreaterThan(SYMBOLS / 2);
        return said;
    }

    private static ModelVersion version(ModelMetadata metadata, byte[] onnx) {
        return new ModelVersion(
                metadata.model(),
                1,
                VersionState.PROMOTED,
                "test",
                Sha256.hex(onnx),
                metadata.schema(),
                metadata.report(),
                null,
                false,
                Instant.EPOCH,
                Instant.EPOCH);
    }

    private static String onnxName(byte[] onnx) {
        try (OnnxSession session = new OnnxRuntime().open(onnx)) {
            return session.metadata().model();
        } catch (UnusableModelException unusable) {
            throw new AssertionError(unusable);
        }
    }

    private static Probe probe(OnnxSession session, JsonNode report) throws Exception {
        return Probe.of(report, session.metadata().schema().size(), session.heads()).orElseThrow();
    }

    /** The probe rows of a tiny model, with what this graph says of them. */
    private JsonNode answered(byte[] onnx) throws Exception {
        JsonNode report = tiny().report().deepCopy();
        try (OnnxSession session = runtime.open(onnx)) {
            Probe probe = probe(session, report);
            var outputs = Json.mapper().createObjectNode();
            for (Head head : ModelKind.MARKET.heads()) {
                outputs.putArray(head.code());
            }
            float[] answers = new float[4];
            for (int row = 0; row < probe.size(); row++) {
                session.run(probe.row(row), answers);
                for (Head head : ModelKind.MARKET.heads()) {
                    outputs.withArray(head.code()).add(answers[session.heads().indexOf(head)]);
                }
            }
            return Json.mapper()
                    .createObjectNode()
                    .set(
                            "probe",
                            Json.mapper()
                                    .createObjectNode()
                                    .<com.fasterxml.jackson.databind.node.ObjectNode>set(
                                            "features", report.path("probe").path("features"))
                                    .set("outputs", outputs));
        }
    }

    private static List<float[]> rows(OnnxSession session, int n) {
        Random random = new Random(n);
        List<float[]> rows = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            float[] row = new float[session.metadata().schema().size()];
            for (int j = 0; j < row.length; j++) {
                row[j] = (float) random.nextGaussian();
            }
            rows.add(row);
        }
        return rows;
    }

    /** A way to put other nodes in the place of a tiny model's matrix product. */
    private interface Change {
        void apply(GraphProto.Builder graph, NodeProto product);
    }

    private static byte[] changed(Change change) throws Exception {
        ModelProto model = ModelProto.parseFrom(tiny().onnx());
        List<NodeProto> nodes = new ArrayList<>(model.getGraph().getNodeList());
        NodeProto product =
                nodes.stream()
                        .filter(node -> node.getOpType().equals("MatMul"))
                        .findFirst()
                        .orElseThrow();
        nodes.remove(product);
        GraphProto.Builder graph = model.getGraph().toBuilder().clearNode();
        change.apply(graph, product);
        graph.addAllNode(nodes);
        return model.toBuilder().setGraph(graph).build().toByteArray();
    }

    /** Takes the mean of all rows off each. */
    private static void centred(GraphProto.Builder graph, NodeProto product) {
        graph.addInitializer(
                        TensorProto.newBuilder()
                                .setName("axes")
                                .setDataType(TensorProto.DataType.INT64.getNumber())
                                .addDims(1)
                                .addInt64Data(0))
                .addNode(node("ReduceMean", List.of(product.getInput(0), "axes"), "mean"))
                .addNode(node("Sub", List.of(product.getInput(0), "mean"), "centred"))
                .addNode(
                        node(
                                "MatMul",
                                List.of("centred", product.getInput(1)),
                                product.getOutput(0)));
    }

    /** A hidden layer with weights of every size, so that the order of a sum shows in its bits. */
    private static void network(GraphProto.Builder graph, NodeProto product) {
        Random random = new Random(3);
        int features = tiny().schema().size();
        graph.addInitializer(weights("hidden", random, features, HIDDEN))
                .addInitializer(weights("out", random, HIDDEN, 4))
                .addNode(node("MatMul", List.of(product.getInput(0), "hidden"), "first"))
                .addNode(node("Tanh", List.of("first"), "bent"))
                .addNode(node("MatMul", List.of("bent", "out"), product.getOutput(0)));
    }

    private static TensorProto weights(String name, Random random, int rows, int columns) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder()
                        .setName(name)
                        .setDataType(TensorProto.DataType.FLOAT.getNumber())
                        .addDims(rows)
                        .addDims(columns);
        for (int i = 0; i < rows * columns; i++) {
            tensor.addFloatData((float) (random.nextGaussian() / Math.sqrt(rows)));
        }
        return tensor.build();
    }

    private static NodeProto node(String operator, List<String> inputs, String output) {
        NodeProto.Builder node =
                NodeProto.newBuilder()
                        .setOpType(operator)
                        .setName(operator + "_" + output)
                        .addAllInput(inputs)
                        .addOutput(output);
        if (operator.equals("ReduceMean")) {
            node.addAttribute(
                    AttributeProto.newBuilder()
                            .setName("keepdims")
                            .setType(AttributeProto.AttributeType.INT)
                            .setI(1));
        }
        return node.build();
    }
}
