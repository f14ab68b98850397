package io.auspex.serving;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import io.auspex.features.FeatureSchema;
import io.auspex.model.Head;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelKind;
import io.auspex.platform.Failure;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One version, ready to answer: predictor, scaler, calibration, feature schema, interval widths and
 * market are one immutable object behind one reference, so that nobody ever sees a new model with
 * an old schema. Got by {@link ModelServer#acquire}; safe from any number of threads.
 *
 * <p>It counts those inside it and its session closes after the last of them, so that a use after
 * the lease was given back fails with an exception instead of reaching freed native memory.
 */
public final class ServingModel {

    private final ServedVersion identity;
    private final OnnxSession session;
    private final SchemaUse features;
    private final ModelMeters meters;
    private final Executor closer;
    private final Readers readers = new Readers();
    private volatile long retiredNanos;
    private volatile Runnable afterClose = () -> {};
    private final Map<String, Integer> places;
    private final SerializableString[] namesInJson;
    private final List<String> outputs;
    private final int leastJsonBytes;
    private final @Nullable Double coverage;
    private final double halfWidth;
    private final int expectedReturn;

    /**
     * @param features released with the session
     * @param meters hear of every native call, and of the end
     * @param closer where the session closes: never the last reader's own thread, which may be an
     *     event loop
     */
    ServingModel(
            ServedVersion identity,
            OnnxSession session,
            SchemaUse features,
            ModelMeters meters,
            Executor closer) {
        this.identity = identity;
        this.session = session;
        this.features = features;
        this.meters = meters;
        this.closer = closer;
        this.places = places(session.metadata().schema());
        this.namesInJson =
                session.metadata().schema().names().stream()
                        .map(SerializedString::new)
                        .toArray(SerializableString[]::new);
        // {"name":0,"name":0} and a comma
        this.leastJsonBytes =
                2
                        + Arrays.stream(namesInJson)
                                .mapToInt(name -> name.asQuotedUTF8().length + 5)
                                .sum();
        this.outputs = session.heads().stream().map(Head::code).toList();
        this.expectedReturn = session.heads().indexOf(Head.EXPECTED_RETURN);
        Map.@Nullable Entry<Double, Double> widest =
                expectedReturn < 0 ? null : session.metadata().conformal().lastEntry();
        this.coverage = widest == null ? null : widest.getKey();
        this.halfWidth = widest == null ? Double.NaN : widest.getValue();
    }

    public String name() {
        return identity.model();
    }

    public int version() {
        return identity.version();
    }

    /** SHA-256 of the file it was loaded from, in hexadecimal. */
    public String artefact() {
        return identity.artefact();
    }

    public FeatureSchema schema() {
        return session.metadata().schema();
    }

    /** What it speaks of. */
    public ModelKind kind() {
        return session.metadata().kind();
    }

    /**
     * The schema of the {@link LiveFeatures} that it needs: its own, or, of a trade-outcome model,
     * that of the market at a trade's entry.
     */
    public FeatureSchema liveSchema() {
        return session.metadata().liveSchema();
    }

    /** The only market it speaks for. */
    public MarketSpec market() {
        return session.metadata().market();
    }

    /**
     * Whether its features are computed from the live candles; if not, it has no signals and
     * answers only those who bring the features.
     */
    public boolean isLive() {
        return features != SchemaUse.NONE;
    }

    /** Nobody asked for its evidence: {@code --promote=always}. */
    public boolean unproven() {
        return identity.unproven();
    }

    /** The heads it has, in the order of every output array. */
    public List<Head> heads() {
        return session.heads();
    }

    /** The names of {@link #heads} in the graph, in that order; made once. */
    public List<String> outputs() {
        return outputs;
    }

    /**
     * Median cost of one row when it was warmed up, in nanoseconds: whether it may run on an event
     * loop.
     */
    public long rowNanos() {
        return identity.rowNanos();
    }

    /**
     * Whether {@link #predictTogether} takes many rows into one native call: where that was seen to
     * give the same bits as one by one.
     */
    public boolean rowsTogether() {
        return identity.rowsTogether();
    }

    /**
     * Most rows of concurrent requests that one native call may take: every number up to it was
     * seen to give the same bits as one by one. 1 when none may.
     */
    int requestRows() {
        return identity.requestRows();
    }

    /**
     * What {@code rows} rows cost at most, in nanoseconds: so many times {@link #rowNanos}; a batch
     * costs less a row.
     */
    public long costNanos(int rows) {
        return rowNanos() * rows;
    }

    /** The place of a feature in a row; empty for a name that the schema does not have. */
    public @Nullable Integer place(String feature) {
        return places.get(feature);
    }

    /** The name of a feature as JSON has it between quotes, made once. */
    public SerializableString nameInJson(int feature) {
        return namesInJson[feature];
    }

    /** Bytes that a row of named features takes in JSON at the very least. */
    public int leastJsonBytes() {
        return leastJsonBytes;
    }

    /** Memory for one row at a time. The lease must not have been given back yet. */
    public ScoringRows oneRow() {
        return lend(() -> session.lend(this, false));
    }

    /** Memory for as many rows as concurrent requests are scored together in. */
    ScoringRows requestedRows() {
        return lend(() -> session.lendTogether(this));
    }

    /** Memory for a chunk of rows at a time; how many, it says itself. */
    public ScoringRows manyRows() {
        return lend(() -> session.lend(this, true));
    }

    /** The interval around an expected return; null when the model carries none. */
    public Prediction.@Nullable Interval interval(float expectedReturn) {
        return coverage == null
                ? null
                : new Prediction.Interval(
                        (double) expectedReturn - halfWidth,
                        (double) expectedReturn + halfWidth,
                        coverage);
    }

    /**
     * Scores one row.
     *
     * @param row F features in the order of {@link #schema}; NaN where a feature has no value
     */
    public Prediction predict(float[] row) {
        requireWidth(row.length);
        float[] answers = new float[heads().size()];
        enter();
        try {
            long start = System.nanoTime();
            session.run(row, answers);
            called(start);
        } finally {
            leave();
        }
        return prediction(answers);
    }

    /**
     * Scores rows of one close: the same bits as {@link #predict(float[])} of each, in less time
     * where {@link #rowsTogether}. The answers are in their order.
     */
    public List<Prediction> predictTogether(List<FeatureVector> vectors) {
        List<float[]> rows = new ArrayList<>(vectors.size());
        for (FeatureVector vector : vectors) {
            requireWidth(vector.size());
            rows.add(vector.values());
        }
        List<Prediction> predictions = new ArrayList<>(rows.size());
        if (!rowsTogether()) {
            rows.forEach(row -> predictions.add(predict(row)));
            return predictions;
        }
        for (float[] answers : runTogether(rows)) {
            predictions.add(prediction(answers));
        }
        return predictions;
    }

    private float[][] runTogether(List<float[]> rows) {
        enter();
        try {
            long start = System.nanoTime();
            float[][] answers = session.runTogether(rows);
            called(start);
            return answers;
        } finally {
            leave();
        }
    }

    /** Scores many rows in one go; the answers are in their order. */
    public List<Prediction> predict(float[][] rows) {
        int width = schema().size();
        FloatBuffer flat = FloatBuffer.allocate(Math.multiplyExact(rows.length, width));
        for (float[] row : rows) {
            requireWidth(row.length);
            flat.put(row);
        }
        float[][] answers = new float[heads().size()][rows.length];
        run(flat.flip(), rows.length, answers);
        List<Prediction> predictions = new ArrayList<>(rows.length);
        float[] answer = new float[answers.length];
        for (int row = 0; row < rows.length; row++) {
            for (int head = 0; head < answer.length; head++) {
                answer[head] = answers[head][row];
            }
            predictions.add(prediction(answer));
        }
        return predictions;
    }

    /**
     * Scores {@code n} rows without making an object a row. Any {@code n}: large batches are cut
     * into native calls of bounded size.
     *
     * @param rows {@code n * F} floats from its position on; the position is left as it is
     * @param headsOut receives {@code [head][row]} in the order of {@link #heads}
     */
    public void run(FloatBuffer rows, int n, float[][] headsOut) {
        enter();
        try {
            long start = System.nanoTime();
            session.run(rows, n, headsOut);
            called(start);
        } finally {
            leave();
        }
    }

    @Override
    public String toString() {
        return name() + " version " + version();
    }

    /** Scores borrowed memory. */
    void score(InferenceBuffers buffers, int n) {
        long start = System.nanoTime();
        session.score(buffers, n);
        called(start);
    }

    /** One reader more, unless it has been retired. */
    boolean tryEnter() {
        return readers.enter();
    }

    /** One reader less; the last one of a retired model has it closed. */
    void leave() {
        if (readers.leave()) {
            closer.execute(this::close);
        }
    }

    int readers() {
        return readers.count();
    }

    /** Lets nobody in any more, and closes after the last reader. Only the first call counts. */
    void retire() {
        retiredNanos = System.nanoTime();
        if (readers.retire()) {
            closer.execute(this::close);
        }
    }

    /** What is to happen once its native memory is free. Before it is retired, if ever. */
    void afterClose(Runnable action) {
        afterClose = action;
    }

    private void close() {
        session.close();
        features.close();
        meters.drain().record(System.nanoTime() - retiredNanos, TimeUnit.NANOSECONDS);
        afterClose.run();
    }

    private void called(long startNanos) {
        meters.predict().record(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
        if (readers.isRetired()) {
            meters.drained().increment();
        }
    }

    /** One reader more of a version that is leased. */
    void enter() {
        if (!readers.stay()) {
            throw new IllegalStateException(this + " was used after its lease was given back");
        }
    }

    private ScoringRows lend(Supplier<ScoringRows> lending) {
        enter();
        boolean lent = false;
        try {
            ScoringRows rows = lending.get();
            lent = true;
            return rows;
        } finally {
            if (!lent) {
                leave();
            }
        }
    }

    private void requireWidth(int width) {
        if (width != schema().size()) {
            throw new Failure(
                    Failure.Category.INVALID,
                    "invalid-features",
                    "%s takes %d features, not %d".formatted(name(), schema().size(), width));
        }
    }

    private Prediction prediction(float[] answers) {
        Map<Head, Double> heads = new EnumMap<>(Head.class);
        for (int i = 0; i < answers.length; i++) {
            heads.put(session.heads().get(i), (double) answers[i]);
        }
        return new Prediction(
                name(),
                version(),
                schema().hash(),
                heads,
                expectedReturn < 0 ? null : interval(answers[expectedReturn]),
                unproven());
    }

    private static Map<String, Integer> places(FeatureSchema schema) {
        Map<String, Integer> places = HashMap.newHashMap(schema.size());
        for (int i = 0; i < schema.size(); i++) {
            places.put(schema.names().get(i), i);
        }
        return places;
    }
}
