package io.auspex.serving;

import static io.auspex.serving.TinyModels.tiny;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelKind;
import io.auspex.platform.Json;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OnnxSessionTest {

    private final OnnxRuntime runtime = new OnnxRuntime();

    @AfterEach
    void everySessionIsClosed() {
        assertThat(runtime.liveSessions()).isZero();
    }

    @Test
    void readsWhatTheGraphSaysOfItself() throws UnusableModelException {
        MarketSpec market =
                new MarketSpec(
                        "replay:days", List.of(new Symbol("ETHBTC")), Timeframe.FIVE_MINUTES);
        try (OnnxSession session = runtime.open(tiny().named("mine").market(market).onnx())) {
            ModelMetadata metadata = session.metadata();
            assertThat(metadata.model()).isEqualTo("mine");
            assertThat(metadata.schema()).isEqualTo(tiny().schema());
            assertThat(metadata.market()).isEqualTo(market);
            assertThat(metadata.provenance().path("trainer").asText()).isEqualTo("by hand");
            assertThat(metadata.conformal()).containsOnlyKeys(0.8, 0.9).containsValue(0.02);
            assertThat(session.heads()).containsExactlyElementsOf(ModelKind.MARKET.heads());
        }
    }

    @Test
    void scoresOneRowLikeTheFormula() throws UnusableModelException {
        try (OnnxSession session = runtime.open(tiny().onnx())) {
            float[] row = {1.5f, -2f, 40f};
            float[] answers = new float[4];
            session.run(row, answers);
            for (Head head : ModelKind.MARKET.heads()) {
                assertThat((double) answers[head.ordinal()])
                        .isCloseTo(tiny().answer(head, row), within(1e-6));
            }
        }
    }

    @Test
    void aBatchOfAnySizeGivesTheBitsOfItsRowsOneByOne() throws UnusableModelException {
        Random random = new Random(11);
        try (OnnxSession session = runtime.open(tiny().onnx())) {
            for (int n : new int[] {0, 1, 2, 255, 256, 257, 513, 256, 7}) {
                float[] rows = new float[n * 3 + 1];
                for (int i = 0; i < rows.length; i++) {
                    rows[i] = (float) random.nextGaussian();
                }
                float[][] answers = new float[4][n];
                FloatBuffer from = FloatBuffer.wrap(rows).position(1);
                session.run(from, n, answers);
                assertThat(from.position()).isEqualTo(1);
                float[] one = new float[4];
                for (int row = 0; row < n; row++) {
                    session.run(Arrays.copyOfRange(rows, 1 + row * 3, 4 + row * 3), one);
                    for (int head = 0; head < 4; head++) {
                        assertThat(answers[head][row]).isEqualTo(one[head]);
                    }
                }
            }
        }
    }

    @Test
    void threadsThatShareASessionNeverSeeEachOthersRows() throws Exception {
        try (OnnxSession session = runtime.open(tiny().onnx());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> done = new ArrayList<>();
            for (int thread = 0; thread < 64; thread++) {
                float mine = thread;
                done.add(
                        threads.submit(() -> {
                            float[] answers = new float[4];
                            float[] row = {mine, 0, 0};
                            for (int i = 0; i < 300; i++) {
                                session.run(row, answers);
                                assertThat((double) answers[2])
                                        .isCloseTo(
                                                tiny().answer(Head.EXPECTED_RETURN, row),
                                                within(1e-5));
                                if (i % 10 == 0) {
                                    Thread.yield();
                                }
                            }
                        }));
            }
            for (Future<?> each : done) {
                each.get();
            }
        }
    }

    @Test
    void refusesRowsAndAnswersOfTheWrongSize() throws UnusableModelException {
        try (OnnxSession session = runtime.open(tiny().onnx())) {
            assertThatThrownBy(() -> session.run(new float[2], new float[4]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("3 features");
            assertThatThrownBy(() -> session.run(new float[3], new float[3]))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> session.run(FloatBuffer.allocate(5), 2, new float[4][2]))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> session.run(FloatBuffer.allocate(6), 2, new float[4][1]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void refusesBytesThatAreNoModel() {
        byte[] good = tiny().onnx();
        byte[] noise = new byte[500];
        new Random(3).nextBytes(noise);
        refuses(new byte[0], "bytes");
        refuses(noise, "ONNX Runtime refuses");
        refuses(Arrays.copyOf(good, good.length / 2), "");
    }

    @Test
    void refusesAGraphThatIsNotOfTheContract() {
        refuses(tiny().input("x").onnx(), "must be called 'features'; the graph has [x]");
        refuses(tiny().width(5).onnx(), "[N, 3]");
        refuses(
                tiny().outputs(List.of("p_up", "p_down", "probabilities")).onnx(),
                "output of no head: probabilities");
    }

    @Test
    void saysWhichMetadataIsMissingOrWrong() {
        for (String key :
                List.of(
                        "auspex.model",
                        "auspex.schema_names",
                        "auspex.schema_hash",
                        "auspex.market",
                        "auspex.provenance",
                        "auspex.conformal")) {
            refuses(tiny().without(key).onnx(), key + " is missing");
        }
        refuses(tiny().with("auspex.schema_hash", "0123456789abcdef").onnx(), "disagree");
        refuses(tiny().with("auspex.schema_names", "[\"a\",\"a\"]").onnx(), "unique");
        refuses(tiny().with("auspex.schema_names", "nonsense").onnx(), "cannot be read");
        refuses(tiny().with("auspex.market", "{\"feed\":\"\"}").onnx(), "auspex.market");
        refuses(tiny().with("auspex.market", "null").onnx(), "auspex.market is null");
        refuses(tiny().with("auspex.conformal", "{\"1.5\":0.1}").onnx(), "not in (0, 1)");
        refuses(tiny().with("auspex.conformal", "{\"0.9\":-1}").onnx(), "no usable width");
    }

    @Test
    void aModelMayHaveFewerHeads() throws UnusableModelException {
        byte[] onnx = tiny().outputs(List.of("p_up", "p_down")).onnx();
        try (OnnxSession session = runtime.open(onnx)) {
            assertThat(session.heads()).containsExactly(Head.P_UP, Head.P_DOWN);
        }
    }

    @Test
    void theSelfTestAcceptsTheTrainersAnswersAndNoOthers() throws UnusableModelException {
        try (OnnxSession session = runtime.open(tiny().onnx())) {
            SelfTest.run(session, probe(tiny()));
            assertThatThrownBy(() -> SelfTest.run(session, probe(tiny().probeError(3e-6))))
                    .isInstanceOf(UnusableModelException.class)
                    .hasMessageContaining("p_up of probe row 0");
            assertThatThrownBy(() -> SelfTest.run(session, probe(tiny().bias(0.2f))))
                    .isInstanceOf(UnusableModelException.class);
        }
    }

    @Test
    void aProbeOfAnotherShapeIsRefused() throws Exception {
        assertThat(Probe.of(tiny().report(), 3, ModelKind.MARKET.heads()).orElseThrow().size())
                .isEqualTo(32);
        assertThatThrownBy(() -> Probe.of(tiny().report(), 4, ModelKind.MARKET.heads()))
                .isInstanceOf(UnusableModelException.class)
                .hasMessageContaining("has 3 features, the model takes 4");
        assertThat(Probe.of(Json.mapper().readTree("{}"), 3, List.of())).isEmpty();
        String text = "{\"probe\":{\"features\":[[1,null,\"NaN\"]],\"outputs\":{\"p_up\":[%s]}}}";
        Probe probe =
                Probe.of(Json.mapper().readTree(text.formatted("0.5")), 3, List.of(Head.P_UP))
                        .orElseThrow();
        assertThat(probe.row(0)).containsExactly(1f, Float.NaN, Float.NaN);
        assertThat(probe.expected(Head.P_UP, 0)).isEqualTo(0.5);
        assertThatThrownBy(() ->
                        Probe.of(
                                Json.mapper().readTree(text.formatted("null")),
                                3,
                                List.of(Head.P_UP)))
                .isInstanceOf(UnusableModelException.class);
    }

    @Test
    void memoryOfAClosedSessionServesTheNext() throws UnusableModelException {
        List<FloatBuffer> lent = new ArrayList<>();
        try (OnnxSession first = runtime.open(tiny().onnx())) {
            first.run(new float[3], new float[4]);
        }
        IntStream.range(0, 5).forEach(_ -> lent.add(runtime.memory().take(1)));
        // Four outputs of one float were given back; the fifth is new.
        lent.forEach(runtime.memory()::give);
        assertThat(lent).doesNotHaveDuplicates();
        FloatBuffer again = runtime.memory().take(1);
        assertThat(lent).anyMatch(buffer -> buffer == again);
    }

    private static Probe probe(TinyModels model) throws UnusableModelException {
        return Probe.of(model.report(), 3, ModelKind.MARKET.heads()).orElseThrow();
    }

    private void refuses(byte[] onnx, String reason) {
        assertThatThrownBy(() -> runtime.open(onnx))
                .isInstanceOf(UnusableModelException.class)
                .hasMessageContaining(reason);
    }
}
