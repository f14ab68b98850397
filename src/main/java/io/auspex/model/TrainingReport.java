package io.auspex.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.auspex.market.Symbol;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything a training run says about the model it made: {@code report.json} of a job folder, and
 * metadata of the ONNX file. No value is NaN: what does not exist is {@code null}.
 *
 * @param rows rows trained on in the final fit
 * @param features F, the width of a row
 * @param total measures over all walk-forward test rows together
 * @param conformal level ("0.8", "0.9") to half width of the interval around the expected return
 * @param importance feature to its share of the gain, greatest first
 * @param seconds phase to wall-clock seconds
 * @param peakMemoryBytes of the worker process
 * @param profile how the features of the training window are distributed; null in reports of before
 *     there were profiles, and in the copy inside the ONNX file
 * @param spec what was asked for, its parameters included; null in older reports and in the file
 * @param quality reliability and trading out of sample; null in older reports and in the file
 */
public record TrainingReport(
        long rows,
        int features,
        Data data,
        Provenance provenance,
        List<FoldReport> folds,
        Map<Head, HeadMetrics> total,
        Evidence evidence,
        Map<Head, Calibration> calibration,
        Map<String, Double> conformal,
        Map<String, Double> importance,
        Probe probe,
        Map<String, Double> seconds,
        long peakMemoryBytes,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable FeatureProfile profile,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ModelSpec spec,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Quality quality) {

    public TrainingReport {
        folds = List.copyOf(folds);
        total = byHead(total);
        calibration = byHead(calibration);
        conformal = finite("conformal", conformal);
        importance = finite("importance", importance);
        seconds = finite("seconds", seconds);
    }

    /** A report without what is not part of the model file. */
    public TrainingReport(
            long rows,
            int features,
            Data data,
            Provenance provenance,
            List<FoldReport> folds,
            Map<Head, HeadMetrics> total,
            Evidence evidence,
            Map<Head, Calibration> calibration,
            Map<String, Double> conformal,
            Map<String, Double> importance,
            Probe probe,
            Map<String, Double> seconds,
            long peakMemoryBytes) {
        this(
                rows,
                features,
                data,
                provenance,
                folds,
                total,
                evidence,
                calibration,
                conformal,
                importance,
                probe,
                seconds,
                peakMemoryBytes,
                null,
                null,
                null);
    }

    /** The same report with a profile. */
    public TrainingReport withProfile(FeatureProfile distribution) {
        return with(distribution, quality);
    }

    /** The same with another quality. */
    public TrainingReport withQuality(@Nullable Quality other) {
        return with(profile, other);
    }

    private TrainingReport with(@Nullable FeatureProfile distribution, @Nullable Quality other) {
        return new TrainingReport(
                rows,
                features,
                data,
                provenance,
                folds,
                total,
                evidence,
                calibration,
                conformal,
                importance,
                probe,
                seconds,
                peakMemoryBytes,
                distribution,
                spec,
                other);
    }

    /**
     * The candles that were used.
     *
     * @param from close time of the first row
     * @param to close time of the last candle that any row or label looked at: a later row is new
     *     to the model
     * @param sha256 of the candles, as {@code job.json} has it
     */
    public record Data(Instant from, Instant to, List<Symbol> symbols, String sha256) {

        public Data {
            symbols = List.copyOf(symbols);
            if (from.isAfter(to)) {
                throw new IllegalArgumentException("data.from " + from + " is after " + to);
            }
        }

        /**
         * The range of training rows whose labels reach {@code horizonMillis} further.
         *
         * @param times close times of the rows, ascending, at least one
         */
        public static Data of(
                long[] times, long horizonMillis, List<Symbol> symbols, String sha256) {
            return new Data(
                    Instant.ofEpochMilli(times[0]),
                    Instant.ofEpochMilli(times[times.length - 1] + horizonMillis),
                    symbols,
                    sha256);
        }
    }

    /**
     * What made the model.
     *
     * @param jvm version and vendor of the Java runtime
     */
    public record Provenance(
            String trainer, String trainerVersion, long seed, String jvm, Instant createdAt) {}

    /**
     * One walk-forward step.
     *
     * @param fold counted from 1
     * @param testFrom close time of the first test row
     * @param testTo close time of the last test row
     */
    public record FoldReport(
            int fold,
            long trainRows,
            long testRows,
            Instant testFrom,
            Instant testTo,
            Map<Head, HeadMetrics> heads) {

        public FoldReport {
            heads = byHead(heads);
        }
    }

    /**
     * Rows with the answers that the trained model must give for them: the self-test of whoever
     * loads the file.
     *
     * @param features rows of F float32 values, {@code null} for NaN
     * @param outputs for each head one calibrated answer a row
     */
    public record Probe(List<List<@Nullable Float>> features, Map<Head, List<Double>> outputs) {

        public Probe {
            List<List<@Nullable Float>> rows = new ArrayList<>();
            for (List<@Nullable Float> row : features) {
                rows.add(Collections.unmodifiableList(new ArrayList<>(row)));
            }
            features = Collections.unmodifiableList(rows);
            outputs = byHead(outputs);
            outputs.forEach((head, answers) -> {
                if (answers.size() != rows.size()) {
                    throw new IllegalArgumentException(
                            "probe has "
                                    + rows.size()
                                    + " rows but "
                                    + answers.size()
                                    + " answers of "
                                    + head.code());
                }
            });
        }

        /** A probe without rows. */
        public static Probe none() {
            return new Probe(List.of(), Map.of());
        }

        /**
         * The probe of some rows.
         *
         * @param rows {@code [n][F]}, finite or NaN
         * @param outputs {@code [n][4]} in the order of {@link Head}, finite
         */
        public static Probe of(float[][] rows, double[][] outputs) {
            return of(ModelKind.MARKET, rows, outputs);
        }

        /** The same for a model of that kind: as many outputs a row as it has heads. */
        public static Probe of(ModelKind kind, float[][] rows, double[][] outputs) {
            List<List<@Nullable Float>> features = new ArrayList<>();
            for (float[] row : rows) {
                features.add(boxed(row));
            }
            Map<Head, List<Double>> answers = new EnumMap<>(Head.class);
            for (Head head : kind.heads()) {
                List<Double> column = new ArrayList<>();
                for (double[] output : outputs) {
                    column.add(output[head.column()]);
                }
                answers.put(head, column);
            }
            return new Probe(features, answers);
        }

        /** The rows as {@code float[n][F]}, with NaN where a value is missing. */
        public float[][] rows() {
            float[][] rows = new float[features.size()][];
            for (int i = 0; i < rows.length; i++) {
                List<@Nullable Float> row = features.get(i);
                rows[i] = new float[row.size()];
                for (int j = 0; j < rows[i].length; j++) {
                    Float value = row.get(j);
                    rows[i][j] = value == null ? Float.NaN : value;
                }
            }
            return rows;
        }

        private static List<@Nullable Float> boxed(float[] row) {
            List<@Nullable Float> values = new ArrayList<>(row.length);
            for (float value : row) {
                if (Float.isInfinite(value)) {
                    throw new IllegalArgumentException("a probe has no infinite features");
                }
                values.add(Float.isNaN(value) ? null : value);
            }
            return values;
        }
    }

    private static <V> Map<Head, V> byHead(Map<Head, V> values) {
        Map<Head, V> ordered = new EnumMap<>(Head.class);
        ordered.putAll(values);
        return Collections.unmodifiableMap(ordered);
    }

    private static Map<String, Double> finite(String name, Map<String, Double> values) {
        values.forEach((key, value) -> {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException(name + "." + key + " is " + value);
            }
        });
        return Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
}
