package io.auspex.dataset;

import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.model.TrainingReport;
import io.auspex.platform.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The contract between the service and a trainer in any language: one folder a job. Every file
 * appears atomically.
 *
 * <pre>
 * written by the service                        written by the trainer
 * job.json       JobSpec                        model.onnx            the model
 * features.npy   float32 [n, F]                 model.txt             the trainer's own format
 * targets.npy    float32 [n, 4], Head order     oos_rows.npy          int64 [m], rows of features.npy
 * times.npy      int64 [n], close time ms       oos_predictions.npy   float32 [m, 4], out of sample
 * groups.npy     int32 [n], index of symbols    parity_features.npy   float32 [p, F]
 *                                               parity_expected.npy   float64 [p, 4]
 *                                               report.json           TrainingReport, LAST: success
 * </pre>
 *
 * The 4 are the heads of the market; a model of another {@link ModelKind} has as many columns as
 * heads. A job whose trainer continues another model has that one's text in {@code base.txt}.
 *
 * <p>Where rows are made of candles, the service writes those, and its half of the folder is made
 * of them by a worker, before any trainer begins:
 *
 * <pre>
 * candles.json         CandleOrder, LAST
 * candle_times.npy     int64 [c], close time ms, ascending
 * candle_symbols.npy   int32 [c], index of symbols
 * candle_prices.npy    float64 [c, 5], open, high, low, close, volume
 * </pre>
 *
 * <p>Rows are ordered by time, then group. A target is NaN where its horizon is not over.
 */
public record JobFolder(Path path) {

    public Path job() {
        return path.resolve("job.json");
    }

    public Path candleOrder() {
        return path.resolve("candles.json");
    }

    public Path candleTimes() {
        return path.resolve("candle_times.npy");
    }

    public Path candleSymbols() {
        return path.resolve("candle_symbols.npy");
    }

    public Path candlePrices() {
        return path.resolve("candle_prices.npy");
    }

    public Path features() {
        return path.resolve("features.npy");
    }

    public Path targets() {
        return path.resolve("targets.npy");
    }

    public Path times() {
        return path.resolve("times.npy");
    }

    public Path groups() {
        return path.resolve("groups.npy");
    }

    public Path model() {
        return path.resolve("model.onnx");
    }

    public Path nativeModel() {
        return path.resolve("model.txt");
    }

    /** The text of the model that is to be continued; there is none for a full training. */
    public Path baseModel() {
        return path.resolve("base.txt");
    }

    public Path outOfSampleRows() {
        return path.resolve("oos_rows.npy");
    }

    public Path outOfSamplePredictions() {
        return path.resolve("oos_predictions.npy");
    }

    public Path parityFeatures() {
        return path.resolve("parity_features.npy");
    }

    public Path parityExpected() {
        return path.resolve("parity_expected.npy");
    }

    public Path report() {
        return path.resolve("report.json");
    }

    /** To be called when the candles are there. */
    void writeCandleOrder(CandleOrder order) throws IOException {
        AtomicFile.write(candleOrder(), Json.mapper().writeValueAsBytes(order));
    }

    /** Which rows are to be made of candles; empty when the service has made the rows itself. */
    public Optional<CandleOrder> readCandleOrder() throws IOException {
        return readIfThere(candleOrder(), CandleOrder.class);
    }

    /**
     * The candles that rows are made of.
     *
     * @throws IOException when a file of them is missing, or does not fit the others
     */
    public CandleFiles openCandles(CandleOrder order) throws IOException {
        return CandleFiles.open(this, order);
    }

    public void writeJob(JobSpec spec) throws IOException {
        AtomicFile.write(job(), Json.mapper().writeValueAsBytes(spec));
    }

    public JobSpec readJob() throws IOException {
        return Json.mapper().readValue(Files.readAllBytes(job()), JobSpec.class);
    }

    /** To be called last: from then on the job counts as done. */
    public void writeReport(TrainingReport report) throws IOException {
        AtomicFile.write(report(), Json.mapper().writeValueAsBytes(report));
    }

    /** The report, when the job is done. */
    public Optional<TrainingReport> readReport() throws IOException {
        return readIfThere(report(), TrainingReport.class);
    }

    private static <T> Optional<T> readIfThere(Path file, Class<T> type) throws IOException {
        try {
            return Optional.of(Json.mapper().readValue(Files.readAllBytes(file), type));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Puts any other file of the contract into its place at once. */
    public void write(Path file, byte[] content) throws IOException {
        if (!path.equals(file.getParent())) {
            throw new IllegalArgumentException(file + " is not a file of " + path);
        }
        AtomicFile.write(file, content);
    }

    /**
     * Maps {@code features.npy}.
     *
     * @throws IOException when its width is not the schema's
     */
    public NpyReader openFeatures(JobSpec job) throws IOException {
        NpyReader features = NpyReader.open(features());
        try {
            return features.expect(Npy.Type.FLOAT32, 2, features.rows(), job.schema().size());
        } catch (IOException e) {
            features.close();
            throw e;
        }
    }

    /**
     * The targets of all rows, row after row, {@link Head} order within a row.
     *
     * @param rows the number that there must be
     */
    public float[] readTargets(long rows) throws IOException {
        return readTargets(ModelKind.MARKET, rows);
    }

    /** The targets of a model of that kind, as many a row as it has heads. */
    public float[] readTargets(ModelKind kind, long rows) throws IOException {
        try (NpyReader targets = NpyReader.open(targets())) {
            return targets.expect(Npy.Type.FLOAT32, 2, rows, kind.heads().size()).floats(0, rows);
        }
    }

    /** Close times of all rows, ascending, milliseconds since the Unix epoch. */
    public long[] readTimes() throws IOException {
        return NpyReader.longs(times());
    }

    /** For each row the index of its symbol in {@link JobSpec#symbols}. */
    public int[] readGroups() throws IOException {
        return NpyReader.ints(groups());
    }
}
