package io.auspex.dataset;

import io.auspex.features.CandleDigest;
import io.auspex.features.FeatureEngine;
import io.auspex.features.FeatureSchema;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.ModelKind;
import io.auspex.model.ModelSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;

/**
 * Turns closes into the service's half of a {@link JobFolder}. It goes over the closes twice, once
 * for the labels and once for the features, and holds only times, closes and labels in memory: rows
 * go to disk as they are made.
 *
 * <p>Rows are made for the closes of the last {@code windowCandles} steps of the grid. Earlier ones
 * are warm-up, as far back as {@link FeatureEngine#requiredHistoryMillis}, so that the first row
 * has the bits that it had live; still earlier ones are not looked at. The engine gets every close
 * whole, as it does live. A row is written
 *
 * <ul>
 *   <li>for each symbol of the model's market that has a candle at the close,
 *   <li>when all of its targets are known,
 *   <li>and when at least half of its features have a value; the others stay NaN, which trees can
 *       use. (Live, one missing feature is enough for no prediction.)
 * </ul>
 *
 * One instance builds once: the engine's state is spent. Not thread-safe.
 */
public final class TrainingSetBuilder {

    private static final int HEADS = ModelKind.MARKET.heads().size();
    private static final int CLOSES_PER_PROGRESS = 200;

    private final ModelSpec spec;
    private final FeatureSchema schema;
    private final FeatureRows engine;
    private final long warmUpMillis;

    /** What is needed of a feature engine. */
    interface FeatureRows {
        void accept(MarketClose close);

        void write(Symbol symbol, float[] row);
    }

    /**
     * @param engine fresh: it has accepted nothing
     */
    public TrainingSetBuilder(ModelSpec spec, FeatureEngine engine) {
        this(
                spec,
                engine.schema(),
                FeatureEngine.requiredHistoryMillis(engine.schema(), spec.market().timeframe()),
                new FeatureRows() {
                    @Override
                    public void accept(MarketClose close) {
                        engine.accept(close);
                    }

                    @Override
                    public void write(Symbol symbol, float[] row) {
                        var _ = engine.write(symbol, row, 0);
                    }
                });
    }

    TrainingSetBuilder(
            ModelSpec spec, FeatureSchema schema, long warmUpMillis, FeatureRows engine) {
        this.spec = spec;
        this.schema = schema;
        this.warmUpMillis = warmUpMillis;
        this.engine = engine;
    }

    /**
     * How far back closes have to go for a training set that ends at a close. More may be handed
     * over; it makes no difference.
     *
     * @return close time, exclusive, milliseconds since the Unix epoch
     */
    public static long closesAfter(ModelSpec spec, FeatureSchema schema, long lastCloseMillis) {
        Timeframe timeframe = spec.market().timeframe();
        return lastCloseMillis
                - spec.windowCandles() * timeframe.millis()
                - FeatureEngine.requiredHistoryMillis(schema, timeframe);
    }

    /**
     * Writes {@code features.npy}, {@code targets.npy}, {@code times.npy}, {@code groups.npy} and,
     * last, {@code job.json}.
     *
     * @param closes of one feed, in strictly increasing time; gone through twice, the same both
     *     times
     * @param folder created when it is not there
     * @param seed of the trainer
     * @param progress told the share done, 0 to 1, on the calling thread
     * @throws IllegalArgumentException when a close is not of the model's feed or timeframe, or out
     *     of order
     */
    public TrainingSet build(
            Iterable<MarketClose> closes, JobFolder folder, long seed, DoubleConsumer progress)
            throws IOException {
        Labels labels = Labels.of(spec, warmUpMillis, closes);
        if (labels.symbols().isEmpty()) {
            return new TrainingSet.Empty("no candle of the model's market");
        }
        Files.createDirectories(folder.path());
        // What an earlier attempt left must not make this one look finished.
        Files.deleteIfExists(folder.report());
        Files.deleteIfExists(folder.job());
        try (JobArrays arrays = new JobArrays(folder, spec.kind(), schema.size())) {
            Rows rows = new Rows(labels, arrays);
            rows.addAll(closes, progress);
            if (arrays.rows() == 0) {
                return new TrainingSet.Empty(rows.whyEmpty());
            }
            JobSpec job = new JobSpec(spec, seed, schema, labels.symbols(), rows.digest.hex());
            arrays.commit();
            folder.writeJob(job);
            progress.accept(1);
            return new TrainingSet.Built(job, arrays.rows(), rows.unlabelled, rows.unready);
        }
    }

    /**
     * The first pass: what is used, and its labels.
     *
     * @param warmUpAfterMillis closes up to here are not used
     * @param afterMillis closes up to here are warm-up
     * @param closes number of closes used
     * @param symbols ordered by name
     * @param targets for each of the symbols those of its candles in the window, {@code [n, 4]}
     */
    private record Labels(
            long warmUpAfterMillis,
            long afterMillis,
            int closes,
            List<Symbol> symbols,
            List<float[]> targets) {

        static Labels of(ModelSpec spec, long warmUpMillis, Iterable<MarketClose> closes) {
            Map<Symbol, CloseSeries> series = new TreeMap<>();
            CloseSeries times = new CloseSeries();
            long last = 0;
            for (MarketClose close : closes) {
                require(spec, close, last);
                last = close.closeTimeMillis();
                times.add(last, 0);
                for (Candle candle : close.candles()) {
                    if (isMarket(spec, candle.symbol())) {
                        series.computeIfAbsent(candle.symbol(), _ -> new CloseSeries())
                                .add(last, candle.close());
                    }
                }
            }
            long after = last - spec.windowCandles() * spec.market().timeframe().millis();
            long warmUpAfter = after - warmUpMillis;
            List<float[]> targets = new ArrayList<>();
            List<Symbol> symbols = new ArrayList<>();
            series.forEach((symbol, candles) -> {
                float[] labels =
                        Targets.of(
                                spec.targets(),
                                spec.market().timeframe(),
                                candles.timesAfter(after),
                                candles.closesAfter(after));
                if (labels.length > 0) {
                    symbols.add(symbol);
                    targets.add(labels);
                }
            });
            return new Labels(
                    warmUpAfter, after, times.timesAfter(warmUpAfter).length, symbols, targets);
        }

        private static void require(ModelSpec spec, MarketClose close, long last) {
            if (!spec.market().coversFeed(close.feed())
                    || close.candles().getFirst().timeframe() != spec.market().timeframe()) {
                throw new IllegalArgumentException(
                        "a close of "
                                + close.feed()
                                + ", "
                                + close.candles().getFirst().timeframe()
                                + " is not of the market "
                                + spec.market());
            }
            if (close.closeTimeMillis() <= last) {
                throw new IllegalArgumentException(
                        "close " + close.closeTimeMillis() + " follows " + last);
            }
        }
    }

    private static boolean isMarket(ModelSpec spec, Symbol symbol) {
        return spec.market().symbols().isEmpty() || spec.market().symbols().contains(symbol);
    }

    /** The second pass. */
    private final class Rows {

        private final CandleDigest digest = new CandleDigest();
        private final Labels labels;
        private final JobArrays arrays;
        private final float[] row = new float[schema.size()];
        private final int[] seen;
        private final Map<Symbol, Integer> groups = new HashMap<>();
        private long unlabelled;
        private long unready;

        Rows(Labels labels, JobArrays arrays) {
            this.labels = labels;
            this.arrays = arrays;
            seen = new int[labels.symbols().size()];
            for (Symbol symbol : labels.symbols()) {
                groups.put(symbol, groups.size());
            }
        }

        void addAll(Iterable<MarketClose> closes, DoubleConsumer progress) throws IOException {
            int done = 0;
            for (MarketClose close : closes) {
                if (close.closeTimeMillis() <= labels.warmUpAfterMillis()) {
                    continue;
                }
                if (done == labels.closes()) {
                    throw new IllegalStateException("the closes differ from the first pass");
                }
                add(close);
                done++;
                if (done % CLOSES_PER_PROGRESS == 0) {
                    progress.accept((double) done / labels.closes());
                }
            }
            if (done != labels.closes()) {
                throw new IllegalStateException("the closes differ from the first pass");
            }
        }

        private void add(MarketClose close) throws IOException {
            digest.add(close);
            engine.accept(close);
            for (Candle candle : close.candles()) {
                Integer group = groups.get(candle.symbol());
                if (group != null && close.closeTimeMillis() > labels.afterMillis()) {
                    add(candle, group, labels.targets().get(group), seen[group]++);
                }
            }
        }

        private void add(Candle candle, int group, float[] targets, int label) throws IOException {
            for (int head = 0; head < HEADS; head++) {
                if (Float.isNaN(targets[label * HEADS + head])) {
                    unlabelled++;
                    return;
                }
            }
            engine.write(candle.symbol(), row);
            if (2 * present() < row.length) {
                unready++;
                return;
            }
            arrays.add(row, targets, label, candle.closeTimeMillis(), group);
        }

        private int present() {
            int present = 0;
            for (float value : row) {
                present += Float.isNaN(value) ? 0 : 1;
            }
            return present;
        }

        String whyEmpty() {
            return "of %d closes no row is left: %d without a target, %d without half of the features"
                    .formatted(labels.closes(), unlabelled, unready);
        }
    }
}
