package io.auspex.trades;

import io.auspex.dataset.JobFolder;
import io.auspex.dataset.JobSpec;
import io.auspex.dataset.Npy;
import io.auspex.dataset.NpyWriter;
import io.auspex.dataset.TrainingSet;
import io.auspex.market.Symbol;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.model.ModelSpec;
import io.auspex.model.TargetSpec;
import io.auspex.model.TradeEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/**
 * Writes trades as the rows of a job folder. The time of a row is the trade's entry, when its
 * features were known; its label was known at the exit, which is what has to be purged between
 * training and test. So the horizon of the job is the longest time that any of the trades was held.
 */
final class TradeRowsWriter {

    private static final List<Head> HEADS = ModelKind.TRADE_OUTCOME.heads();
    private static final int MAX_HORIZON_CANDLES = 10_000;

    private TradeRowsWriter() {}

    static TrainingSet write(ModelSpec spec, List<ClosedTrade> trades, JobFolder folder, long seed)
            throws IOException {
        if (trades.size() < ModelSpec.MIN_TRADES) {
            return new TrainingSet.Empty(
                    "%d closed trades, %d are needed"
                            .formatted(trades.size(), ModelSpec.MIN_TRADES));
        }
        long candles = longestCandles(trades, spec.market().timeframe().millis());
        if (candles > MAX_HORIZON_CANDLES) {
            return new TrainingSet.Empty(
                    "a trade was held for %d candles; at most %d can be purged"
                            .formatted(candles, MAX_HORIZON_CANDLES));
        }
        List<Symbol> symbols =
                trades.stream().map(ClosedTrade::symbol).distinct().sorted().toList();
        List<ClosedTrade> ordered =
                trades.stream()
                        .sorted(
                                Comparator.comparing(ClosedTrade::entryTime)
                                        .thenComparing(ClosedTrade::symbol)
                                        .thenComparing(ClosedTrade::id))
                        .toList();
        Files.createDirectories(folder.path());
        // What an earlier attempt left must not make this one look finished.
        Files.deleteIfExists(folder.report());
        Files.deleteIfExists(folder.job());
        writeRows(ordered, symbols, folder);
        JobSpec job =
                new JobSpec(
                        spec.withTargets(withHorizon(spec.targets(), (int) candles)),
                        seed,
                        TradeEntry.SCHEMA,
                        symbols,
                        digest(ordered));
        folder.writeJob(job);
        return new TrainingSet.Built(job, ordered.size(), 0, 0);
    }

    private static void writeRows(List<ClosedTrade> trades, List<Symbol> symbols, JobFolder folder)
            throws IOException {
        try (NpyWriter features =
                        NpyWriter.matrix(
                                folder.features(), Npy.Type.FLOAT32, TradeEntry.SCHEMA.size());
                NpyWriter targets =
                        NpyWriter.matrix(folder.targets(), Npy.Type.FLOAT32, HEADS.size());
                NpyWriter times = NpyWriter.vector(folder.times(), Npy.Type.INT64);
                NpyWriter groups = NpyWriter.vector(folder.groups(), Npy.Type.INT32)) {
            for (ClosedTrade trade : trades) {
                features.addRow(trade.features(), 0);
                targets.addRow(trade.targets(), 0);
                times.add(trade.entryTime().toEpochMilli());
                groups.add(symbols.indexOf(trade.symbol()));
            }
            features.commit();
            targets.commit();
            times.commit();
            groups.commit();
        }
    }

    /** At least one: a trade that was over at once still knew its outcome only then. */
    private static long longestCandles(List<ClosedTrade> trades, long candleMillis) {
        long longest = 1;
        for (ClosedTrade trade : trades) {
            long millis = Duration.between(trade.entryTime(), trade.exitTime()).toMillis();
            longest = Math.max(longest, Math.ceilDiv(millis, candleMillis));
        }
        return longest;
    }

    private static TargetSpec withHorizon(TargetSpec targets, int candles) {
        return new TargetSpec(
                candles,
                targets.upThreshold(),
                targets.downThreshold(),
                targets.stopThreshold(),
                targets.volatilityScaled(),
                targets.volatilityCandles());
    }

    private static String digest(List<ClosedTrade> trades) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (ClosedTrade trade : trades) {
                String line =
                        "%s %s %s %s %s %s %s %s%n"
                                .formatted(
                                        trade.id(),
                                        trade.symbol(),
                                        trade.direction(),
                                        trade.entryTime(),
                                        trade.exitTime(),
                                        trade.pnl(),
                                        trade.pnlPercent(),
                                        trade.context());
                digest.update(line.getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
