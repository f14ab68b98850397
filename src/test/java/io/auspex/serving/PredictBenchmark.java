package io.auspex.serving;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.auspex.bench.BenchedRows;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.VersionState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A prediction in process, from the lease to the answer, with everything that a request has but the
 * network and JSON; and the same row through ONNX Runtime alone. The model and its rows are those
 * of {@code ./auspex bench serving}: 60 features, 100 trees, another row each time.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PredictBenchmark {

    private static final int SYMBOLS = 200;

    private final BenchedRows bench = BenchedRows.make(SYMBOLS);
    private final OnnxRuntime runtime = new OnnxRuntime();
    private final ExecutorService closer = Executors.newSingleThreadExecutor();
    private final ModelSlot slot = new ModelSlot(closer);
    private final FloatBuffer all = FloatBuffer.allocate(SYMBOLS * bench.features());
    private float[][] batchAnswers;
    private int next;

    @Setup
    public void serve() throws UnusableModelException, InterruptedException {
        for (int row = 0; row < SYMBOLS; row++) {
            all.put(bench.row(row));
        }
        all.flip();
        boolean admitted = slot.admit(Duration.ofSeconds(1));
        if (!admitted) {
            throw new IllegalStateException("the slot is empty and admits nobody");
        }
        try (Candidate candidate = Candidate.load(slot, runtime, bench.onnx())) {
            candidate.warmUp(500);
            batchAnswers = new float[bench.heads()][SYMBOLS];
            candidate.publish(
                    version(), false, new ServingMetrics(new SimpleMeterRegistry()).of("bench"));
        }
    }

    @TearDown
    public void end() {
        slot.clear();
        closer.shutdown();
        bench.close();
    }

    /** What a request does: row after row into the model's own memory. */
    @Benchmark
    public float singleRow() {
        float[] row = bench.row(next++ % SYMBOLS);
        try (Lease lease = slot.acquire().orElseThrow();
                ScoringRows rows = lease.model().oneRow()) {
            for (int i = 0; i < row.length; i++) {
                rows.put(0, i, row[i]);
            }
            rows.run(1);
            return rows.answer(0, 0) + rows.answer(1, 0) + rows.answer(2, 0) + rows.answer(3, 0);
        }
    }

    /** What the live pipeline does: with a {@link Prediction} of its own. */
    @Benchmark
    public Prediction singleRowPrediction() {
        try (Lease lease = slot.acquire().orElseThrow()) {
            return lease.model().predict(bench.row(next++ % SYMBOLS));
        }
    }

    /** The limit. */
    @Benchmark
    public float singleRowBare() {
        return bench.bare(next++ % SYMBOLS);
    }

    /** One close of 200 symbols. */
    @Benchmark
    public float[][] batchOf200() {
        try (Lease lease = slot.acquire().orElseThrow()) {
            lease.model().run(all, SYMBOLS, batchAnswers);
            return batchAnswers;
        }
    }

    private ModelVersion version() {
        return new ModelVersion(
                "bench",
                1,
                VersionState.CANDIDATE,
                "bench",
                "",
                bench.schema(),
                JsonNodeFactory.instance.objectNode(),
                null,
                false,
                Instant.EPOCH,
                null);
    }
}
