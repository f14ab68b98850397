package io.auspex.retraining;

import io.auspex.dataset.CandleOrder;
import io.auspex.dataset.JobFolder;
import io.auspex.dataset.JobSpec;
import io.auspex.dataset.NpyReader;
import io.auspex.features.FeatureEngine;
import io.auspex.features.FeatureSchema;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.model.ModelKind;
import io.auspex.model.ModelSpec;
import io.auspex.model.OutOfSample;
import io.auspex.model.PairedLossTest;
import io.auspex.model.TargetSpec;
import io.auspex.retraining.GateCase.Champion;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * Compares a candidate with the champion where neither has an advantage: on the candidate's
 * walk-forward test rows whose time is later than the champion's own data. The champion answers the
 * same closes of the same symbols; when its schema differs, its features are computed anew from the
 * candles.
 *
 * @param job of the candidate
 */
record ChampionComparison(JobFolder folder, JobSpec job) {

    private static final int BATCH_ROWS = 2_048;

    /**
     * @param dataTo up to here, inclusive, the champion's training has looked
     */
    Champion compare(int version, Instant dataTo, FeatureSchema schema, Scorer champion)
            throws IOException {
        ModelKind kind = job.spec().kind();
        int width = kind.heads().size();
        long[] rows = NpyReader.longs(folder.outOfSampleRows());
        float[] predictions = NpyReader.floats(folder.outOfSamplePredictions());
        if (predictions.length != rows.length * width) {
            return new Champion.Unscored(
                    version,
                    "%d out-of-sample rows have %d predictions"
                            .formatted(rows.length, predictions.length));
        }
        long[] allTimes = folder.readTimes();
        float[] allTargets = folder.readTargets(kind, allTimes.length);
        int from = firstAfter(rows, allTimes, dataTo.toEpochMilli());
        long[] unseen = Arrays.copyOfRange(rows, from, rows.length);
        long[] times = new long[unseen.length];
        float[] targets = new float[unseen.length * width];
        for (int i = 0; i < unseen.length; i++) {
            int row = Math.toIntExact(unseen[i]);
            times[i] = allTimes[row];
            System.arraycopy(allTargets, row * width, targets, i * width, width);
        }
        if (kind != ModelKind.MARKET && !schema.equals(job.schema())) {
            return new Champion.Unscored(version, "it has other features");
        }
        long needed = neededCloses(job.spec());
        if (Arrays.stream(times).distinct().count() < needed) {
            return new Champion.TooFewRows(
                    version,
                    unseen.length,
                    kind == ModelKind.MARKET ? needed * job.symbols().size() : needed);
        }
        float[] reference =
                schema.equals(job.schema())
                        ? scoreRows(unseen, champion)
                        : scoreAnew(unseen, times, schema, champion);
        long horizon =
                job.spec().targets().horizonCandles() * job.spec().market().timeframe().millis();
        float[] own = Arrays.copyOfRange(predictions, from * width, rows.length * width);
        return new Champion.Compared(
                version, new OutOfSample(kind, times, targets, own, reference).evidence(horizon));
    }

    /** Different times that the test wants; trades come when they come. */
    private static long neededCloses(ModelSpec spec) {
        return switch (spec.kind()) {
            case MARKET -> neededCloses(spec.targets());
            case TRADE_OUTCOME ->
                    (long) PairedLossTest.MIN_BLOCKS * PairedLossTest.MIN_CLOSES_PER_BLOCK;
        };
    }

    /** Closes in a row that make as many blocks as the test wants. */
    static long neededCloses(TargetSpec targets) {
        return (long) PairedLossTest.MIN_BLOCKS
                * Math.max(
                        PairedLossTest.HORIZONS_PER_BLOCK * targets.horizonCandles(),
                        PairedLossTest.MIN_CLOSES_PER_BLOCK);
    }

    private static int firstAfter(long[] rows, long[] times, long timeMillis) {
        int from = 0;
        while (from < rows.length && times[Math.toIntExact(rows[from])] <= timeMillis) {
            from++;
        }
        return from;
    }

    private int width() {
        return job.spec().kind().heads().size();
    }

    private float[] scoreRows(long[] rows, Scorer champion) throws IOException {
        Batches batches = new Batches(rows.length, width(), job.schema().size(), champion);
        try (NpyReader features = folder.openFeatures(job)) {
            for (long row : rows) {
                features.row(row, batches.rows, batches.nextOffset());
                batches.added();
            }
        }
        return batches.answers();
    }

    private float[] scoreAnew(long[] rows, long[] times, FeatureSchema schema, Scorer champion)
            throws IOException {
        int[] groups = folder.readGroups();
        FeatureEngine engine = new FeatureEngine(schema);
        Batches batches = new Batches(rows.length, width(), schema.size(), champion);
        int next = 0;
        CandleOrder order =
                folder.readCandleOrder().orElseThrow(() -> new IOException("there are no candles"));
        for (MarketClose close : folder.openCandles(order)) {
            engine.accept(close);
            for (; next < rows.length && times[next] == close.closeTimeMillis(); next++) {
                List<Symbol> symbols = job.symbols();
                Symbol symbol = symbols.get(groups[Math.toIntExact(rows[next])]);
                var _ = engine.write(symbol, batches.rows, batches.nextOffset());
                batches.added();
            }
        }
        if (next != rows.length) {
            throw new IOException("the candles have no close at " + times[next]);
        }
        return batches.answers();
    }

    /** Collects rows and scores them in batches. */
    private static final class Batches {

        private final int width;
        private final int features;
        private final Scorer scorer;
        private final float[] rows;
        private final float[] answers;
        private int collected;
        private int scored;

        Batches(int total, int width, int features, Scorer scorer) {
            this.width = width;
            this.features = features;
            this.scorer = scorer;
            this.rows = new float[BATCH_ROWS * features];
            this.answers = new float[total * width];
        }

        int nextOffset() {
            return collected * features;
        }

        void added() {
            if (++collected == BATCH_ROWS) {
                score();
            }
        }

        float[] answers() {
            score();
            return answers;
        }

        private void score() {
            float[] batch =
                    Scorer.score(scorer, Arrays.copyOf(rows, collected * features), collected);
            System.arraycopy(batch, 0, answers, scored * width, batch.length);
            scored += collected;
            collected = 0;
        }
    }
}
