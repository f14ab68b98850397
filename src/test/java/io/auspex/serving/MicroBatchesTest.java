package io.auspex.serving;

import static io.auspex.serving.TinyModels.tiny;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.auspex.platform.Sha256;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real sessions and a real event loop, whose passes are the tasks of a test. */
class MicroBatchesTest {

    private static final Path TREES = Path.of("onnx-models/simulated-5m/1/model.onnx");
    private static final int MOST = 8;

    private final OnnxRuntime runtime = new OnnxRuntime();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Context loop = vertx.getOrCreateContext();
    private final MicroBatches batches = new MicroBatches();
    private final List<ModelSlot> slots = new ArrayList<>();

    @AfterEach
    void everySessionIsClosed() throws Exception {
        slots.forEach(ModelSlot::clear);
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertThat(runtime.liveSessions()).isZero();
    }

    /** What came of a row: its heads, or why there are none. */
    private record Outcome(float[] heads, String failure) {}

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 8, 9, 16, 21, 100})
    void rowsOfOnePassAreScoredInFewCallsAndEachGetsTheBitsItGetsAlone(int n) throws Exception {
        ModelSlot slot = serving(1, trees(), MOST);
        List<float[]> rows = rows(slot, n);
        List<float[]> alone = alone(slot, rows);
        long before = calls();
        List<CompletableFuture<Outcome>> asked =
                onLoop(() -> {
                    List<CompletableFuture<Outcome>> asking = new ArrayList<>();
                    for (float[] row : rows) {
                        asking.add(ask(slot, row));
                    }
                    // Full batches do not wait for the rest of the pass.
                    assertThat(asking.stream().filter(CompletableFuture::isDone).count())
                            .isEqualTo(n / MOST * MOST);
                    return asking;
                });
        for (int i = 0; i < n; i++) {
            assertThat(outcome(asked.get(i)).heads()).as("row %d", i).isEqualTo(alone.get(i));
        }
        assertThat(calls() - before).isEqualTo((n + MOST - 1) / MOST);
    }

    @Test
    void aRowInMemoryOfItsOwnIsTakenAsOneOfABuffer() throws Exception {
        ModelSlot slot = serving(1, trees(), MOST);
        List<float[]> rows = rows(slot, 3);
        List<float[]> alone = alone(slot, rows);
        List<CompletableFuture<Outcome>> asked =
                onLoop(() -> {
                    List<CompletableFuture<Outcome>> asking = new ArrayList<>();
                    for (float[] row : rows) {
                        try (Lease lease = slot.acquire().orElseThrow();
                                ScoringRows own = lease.model().oneRow()) {
                            own.put(FloatBuffer.wrap(row), 1);
                            Told told = new Told(lease.model());
                            batches.add(lease.model(), own.input(), told);
                            asking.add(told.outcome);
                            // Given back, and somebody else's from now on.
                            own.forget(0);
                        }
                    }
                    return asking;
                });
        for (int i = 0; i < rows.size(); i++) {
            assertThat(outcome(asked.get(i)).heads()).isEqualTo(alone.get(i));
        }
    }

    @Test
    void whoHasAskedAVersionIsAnsweredByItWhateverIsPublishedMeanwhile() throws Exception {
        ModelSlot slot = serving(1, tiny().bias(0.1f).onnx(), MOST);
        List<float[]> rows = rows(slot, 5);
        List<float[]> byTheFirst = alone(slot, rows);
        byte[] second = tiny().bias(0.4f).onnx();
        List<CompletableFuture<Outcome>> asked = new ArrayList<>();
        onLoop(() -> {
            for (float[] row : rows) {
                asked.add(ask(slot, row));
            }
            publish(slot, 2, second, MOST);
            assertThat(slot.liveSessions()).as("the first one is still to answer").isEqualTo(2);
            for (float[] row : rows) {
                asked.add(ask(slot, row));
            }
            return asked;
        });
        List<float[]> byTheSecond = alone(slot, rows);
        for (int i = 0; i < rows.size(); i++) {
            assertThat(outcome(asked.get(i)).heads()).isEqualTo(byTheFirst.get(i));
            assertThat(outcome(asked.get(rows.size() + i)).heads()).isEqualTo(byTheSecond.get(i));
            assertThat(byTheFirst.get(i)).isNotEqualTo(byTheSecond.get(i));
        }
        onLoop(() -> true);
        assertThat(slot.liveSessions()).as("nobody is left in the first").isEqualTo(1);
    }

    @Test
    void moreVersionsThanAreKeptOpenAreAllAnswered() throws Exception {
        List<ModelSlot> many = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            many.add(serving(1, tiny().bias(0.1f * i).onnx(), MOST));
        }
        float[] row = {1, 2, 3};
        List<CompletableFuture<Outcome>> asked =
                onLoop(() -> {
                    List<CompletableFuture<Outcome>> asking = new ArrayList<>();
                    for (int i = 0; i < 21; i++) {
                        asking.add(ask(many.get(i % 7), row));
                    }
                    return asking;
                });
        for (int i = 0; i < 21; i++) {
            assertThat(outcome(asked.get(i)).heads())
                    .isEqualTo(alone(many.get(i % 7), List.of(row)).getFirst());
        }
    }

    @Test
    void aRowThatCannotBeScoredCostsNoOtherItsAnswer() throws Exception {
        ModelSlot slot = serving(1, failingAbove(), MOST);
        List<float[]> rows = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            rows.add(new float[] {i, 1, 2});
        }
        List<float[]> alone = alone(slot, rows);
        rows.set(3, new float[] {1, 5_000, 2});
        List<CompletableFuture<Outcome>> asked =
                onLoop(() -> rows.stream().map(row -> ask(slot, row)).toList());
        for (int i = 0; i < rows.size(); i++) {
            Outcome outcome = outcome(asked.get(i));
            if (i == 3) {
                assertThat(outcome.failure()).contains("ONNX Runtime failed to score");
            } else {
                assertThat(outcome.heads()).isEqualTo(alone.get(i));
            }
        }
        // And the next ones are no worse for it.
        assertThat(outcome(onLoop(() -> ask(slot, rows.getFirst()))).heads())
                .isEqualTo(alone.getFirst());
    }

    /** As a client does that sends requests without waiting for answers: HTTP/1.1 pipelining. */
    @Test
    void whoBringsTheNextRowWhenHeIsToldIsNotNested() throws Exception {
        ModelSlot slot = serving(1, tiny().onnx(), 2);
        int n = 20_000;
        float[] row = {1, 2, 3};
        CompletableFuture<Integer> done = new CompletableFuture<>();
        onLoop(() -> {
            for (int connection = 0; connection < 2; connection++) {
                askAgainAndAgain(slot, row, n, done);
            }
            return true;
        });
        assertThat(done.get(20, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void onlyAnEventLoopTakesRowsAndOnlyOfVersionsWhoseRowsAgree() throws Exception {
        ModelSlot together = serving(1, trees(), MOST);
        ModelSlot oneByOne = serving(1, trees(), 1);
        try (Lease lease = together.acquire().orElseThrow();
                Lease other = oneByOne.acquire().orElseThrow()) {
            assertThat(batches.take(lease.model())).isFalse();
            assertThatThrownBy(() ->
                            batches.add(
                                    lease.model(),
                                    FloatBuffer.allocate(100),
                                    new Told(lease.model())))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(onLoop(() -> batches.take(lease.model()))).isTrue();
            assertThat(onLoop(() -> batches.take(other.model()))).isFalse();
        }
    }

    private void askAgainAndAgain(
            ModelSlot slot, float[] row, int left, CompletableFuture<Integer> done) {
        if (left == 0) {
            done.complete(0);
            return;
        }
        try (Lease lease = slot.acquire().orElseThrow()) {
            batches.add(
                    lease.model(),
                    FloatBuffer.wrap(row),
                    new Told(lease.model(), _ -> askAgainAndAgain(slot, row, left - 1, done)));
        }
    }

    private CompletableFuture<Outcome> ask(ModelSlot slot, float[] row) {
        try (Lease lease = slot.acquire().orElseThrow()) {
            Told told = new Told(lease.model());
            batches.add(lease.model(), FloatBuffer.wrap(row), told);
            return told.outcome;
        }
    }

    /** Keeps what it is told. */
    private final class Told implements MicroBatches.Asking {

        private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        private final int heads;
        private final Consumer<Outcome> then;

        Told(ServingModel model) {
            this(model, _ -> {});
        }

        Told(ServingModel model, Consumer<Outcome> then) {
            this.heads = model.heads().size();
            this.then = then;
        }

        @Override
        public void scored(ScoringRows scored, int row) {
            assertThat(Vertx.currentContext()).isEqualTo(loop);
            float[] answers = new float[heads];
            for (int head = 0; head < heads; head++) {
                answers[head] = scored.answer(head, row);
            }
            tell(new Outcome(answers, ""));
        }

        @Override
        public void failed(RuntimeException failure) {
            tell(new Outcome(new float[0], String.valueOf(failure.getMessage())));
        }

        private void tell(Outcome told) {
            assertThat(outcome.complete(told)).as("told once").isTrue();
            then.accept(told);
        }
    }

    private static Outcome outcome(CompletableFuture<Outcome> asked) throws Exception {
        return asked.get(20, TimeUnit.SECONDS);
    }

    /** One pass of the event loop. */
    private <T> T onLoop(Callable<T> pass) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        loop.runOnContext(_ -> {
            try {
                done.complete(pass.call());
            } catch (Exception | AssertionError failed) {
                done.completeExceptionally(failed);
            }
        });
        return done.get(20, TimeUnit.SECONDS);
    }

    private long calls() {
        return meters.get("auspex.predict").timer().count();
    }

    private static List<float[]> alone(ModelSlot slot, List<float[]> rows) {
        try (Lease lease = slot.acquire().orElseThrow();
                ScoringRows one = lease.model().oneRow()) {
            List<float[]> answers = new ArrayList<>();
            for (float[] row : rows) {
                one.put(FloatBuffer.wrap(row), 1);
                one.run(1);
                float[] answer = new float[lease.model().heads().size()];
                for (int head = 0; head < answer.length; head++) {
                    answer[head] = one.answer(head, 0);
                }
                answers.add(answer);
            }
            return answers;
        }
    }

    private static List<float[]> rows(ModelSlot slot, int n) {
        try (Lease lease = slot.acquire().orElseThrow()) {
            Random random = new Random(n);
            List<float[]> rows = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                float[] row = new float[lease.model().schema().size()];
                for (int j = 0; j < row.length; j++) {
                    row[j] = (float) random.nextGaussian();
                }
                rows.add(row);
            }
            return rows;
        }
    }

    private static byte[] trees() throws Exception {
        return Files.readAllBytes(TREES);
    }

    /** A graph that looks every feature up in a table of a thousand, and fails beyond. */
    private static byte[] failingAbove() throws Exception {
        ModelProto model = ModelProto.parseFrom(tiny().onnx());
        TensorProto.Builder table =
                TensorProto.newBuilder()
                        .setName("table")
                        .setDataType(TensorProto.DataType.FLOAT.getNumber())
                        .addDims(1_000);
        for (int i = 0; i < 1_000; i++) {
            table.addFloatData(i);
        }
        List<NodeProto> nodes = new ArrayList<>(model.getGraph().getNodeList());
        NodeProto product = nodes.removeFirst();
        assertThat(product.getOpType()).isEqualTo("MatMul");
        nodes.addAll(
                0,
                Arrays.asList(
                        NodeProto.newBuilder()
                                .setOpType("Cast")
                                .setName("index")
                                .addInput(product.getInput(0))
                                .addOutput("index")
                                .addAttribute(
                                        AttributeProto.newBuilder()
                                                .setName("to")
                                                .setType(AttributeProto.AttributeType.INT)
                                                .setI(TensorProto.DataType.INT64.getNumber()))
                                .build(),
                        NodeProto.newBuilder()
                                .setOpType("Gather")
                                .setName("look")
                                .addInput("table")
                                .addInput("index")
                                .addOutput("looked")
                                .build(),
                        product.toBuilder().setInput(0, "looked").build()));
        return model.toBuilder()
                .setGraph(
                        model.getGraph().toBuilder()
                                .clearNode()
                                .addAllNode(nodes)
                                .addInitializer(table))
                .build()
                .toByteArray();
    }

    private ModelSlot serving(int version, byte[] onnx, int mostRows) throws Exception {
        ModelSlot slot = new ModelSlot(Runnable::run);
        slots.add(slot);
        publish(slot, version, onnx, mostRows);
        return slot;
    }

    /** Whatever the parity of its rows: what is compared here can tell. */
    private ServingModel publish(ModelSlot slot, int version, byte[] onnx, int mostRows)
            throws Exception {
        assertThat(slot.admit(Duration.ofSeconds(20))).isTrue();
        OnnxSession session = runtime.open(onnx);
        ServingModel model =
                new ServingModel(
                        new ServedVersion(
                                session.metadata().model(),
                                version,
                                Sha256.hex(onnx),
                                false,
                                0,
                                mostRows > 1,
                                mostRows),
                        session,
                        () -> {},
                        new ServingMetrics(meters).of("batched"),
                        slot::close);
        slot.publish(model);
        return model;
    }
}
