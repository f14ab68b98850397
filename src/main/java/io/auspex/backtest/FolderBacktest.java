package io.auspex.backtest;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.ingest.FeedListener;
import io.auspex.ingest.RefusedRow;
import io.auspex.ingest.ReplayFeed;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.TargetSpec;
import io.auspex.platform.Json;
import io.auspex.platform.LaunchException;
import io.auspex.platform.Progress;
import io.auspex.serving.PastModel;
import io.auspex.signals.DecisionRule;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * {@code ./auspex backtest --feed=replay:FOLDER --onnx=model.onnx}: a model file on a folder of
 * candle files, in this process, with no service. All closes of the folder are held in memory.
 */
final class FolderBacktest {

    private static final int LAST_TRADES = 200;

    private FolderBacktest() {}

    /**
     * Runs and writes {@code report.html}, {@code report.json}, {@code trades.csv} and {@code
     * equity.csv}.
     *
     * @param rules what differs from the standard ones
     */
    static BacktestReport run(
            Path folder,
            Path onnx,
            Path out,
            boolean allowInSample,
            int draws,
            BacktestRequest.PaperRequest rules)
            throws IOException, InterruptedException {
        Closes closes = Closes.read(folder);
        byte[] file = Files.readAllBytes(onnx);
        MarketSpec market;
        JsonNode report;
        String name;
        try (PastModel model = PastModel.open(file, "model", 1, false)) {
            market = model.model().market();
            report = model.report();
            name = String.valueOf(onnx.getFileName());
        }
        if (!market.coversFeed(closes.feed) || market.timeframe() != closes.timeframe) {
            throw new LaunchException(
                    "the model speaks for %s candles of %s, the folder is %s candles of %s"
                            .formatted(
                                    market.timeframe(),
                                    market.feed(),
                                    closes.timeframe,
                                    closes.feed));
        }
        Instant first = Instant.ofEpochMilli(closes.all.getFirst().closeTimeMillis());
        Instant last = Instant.ofEpochMilli(closes.all.getLast().closeTimeMillis());
        Instant trainedTo = trainedTo(report);
        Instant from =
                allowInSample || (trainedTo != null && trainedTo.isBefore(first))
                        ? first
                        : trainedTo == null
                                ? refused("the file does not say what it was trained on")
                                : trainedTo.plusMillis(1);
        if (!from.isBefore(last)) {
            throw new LaunchException(
                    "the model was trained on closes up to %s, the folder ends at %s: nothing is left, unless --allow-in-sample=true"
                            .formatted(trainedTo, last));
        }
        List<Symbol> symbols =
                closes.symbols.stream()
                        .filter(symbol -> market.covers(closes.feed, symbol, closes.timeframe))
                        .toList();
        BacktestPlan plan =
                new BacktestPlan(
                        name,
                        closes.feed,
                        closes.timeframe,
                        symbols,
                        from,
                        last,
                        new VersionPlan(List.of(new VersionPlan.Stage(1, from, trainedTo)), null),
                        DecisionRule.standard(),
                        BacktestPlanner.standardRules(rules, TargetSpec.standard()),
                        allowInSample,
                        1,
                        draws);
        Deque<PaperTrade> lastTrades = new ArrayDeque<>();
        Files.createDirectories(out);
        LocalBacktest.Outcome outcome;
        try (Progress progress = Progress.open("Backtest");
                OutputStream csv = Files.newOutputStream(out.resolve("trades.csv"))) {
            ReportCsv.header(csv);
            List<PaperTrade> buffer = new ArrayList<>();
            outcome =
                    LocalBacktest.run(
                            plan,
                            closes,
                            closes,
                            file,
                            report,
                            trade -> {
                                buffer.add(trade);
                                lastTrades.addFirst(trade);
                                if (lastTrades.size() > LAST_TRADES) {
                                    lastTrades.removeLast();
                                }
                            },
                            share -> progress.step(share, ""));
            ReportCsv.trades(buffer, csv);
        }
        BacktestReport made = outcome.report();
        Files.writeString(out.resolve("report.html"), ReportPage.of(made, List.copyOf(lastTrades)));
        Files.write(out.resolve("report.json"), Json.mapper().writeValueAsBytes(made));
        try (OutputStream csv = Files.newOutputStream(out.resolve("equity.csv"))) {
            ReportCsv.equity(made.equity(), csv);
        }
        return made;
    }

    private static Instant refused(String reason) {
        throw new LaunchException(
                reason + ": say --allow-in-sample=true to look at it all the same");
    }

    private static @Nullable Instant trainedTo(JsonNode report) {
        try {
            return Instant.parse(report.path("data").path("to").asText("unknown"));
        } catch (DateTimeException untold) {
            return null;
        }
    }

    /** A folder's closes in memory. */
    private static final class Closes implements CandleHistory, FeedListener {

        private final String feed;
        private final Timeframe timeframe;
        private final List<Symbol> symbols;
        private final List<MarketClose> all = new ArrayList<>();

        private Closes(ReplayFeed feed) {
            this.feed = feed.identity();
            this.timeframe = feed.timeframe();
            this.symbols = feed.symbols();
        }

        static Closes read(Path folder) throws InterruptedException {
            ReplayFeed feed = new ReplayFeed(folder, 1, _ -> {});
            Closes closes = new Closes(feed);
            feed.run(0, closes);
            if (closes.all.isEmpty()) {
                throw new LaunchException("there is no usable candle in " + folder);
            }
            return closes;
        }

        @Override
        public List<MarketClose> closes(
                String wanted, Timeframe length, long fromCloseExclusive, long toCloseInclusive) {
            return all.subList(
                    firstAfter(fromCloseExclusive),
                    Math.max(firstAfter(fromCloseExclusive), firstAfter(toCloseInclusive)));
        }

        private int firstAfter(long closeMillis) {
            List<Long> times = new TimesView(all);
            int found = Collections.binarySearch(times, closeMillis);
            return found >= 0 ? found + 1 : -found - 1;
        }

        @Override
        public OptionalLong lastClose(String wanted, Timeframe length) {
            return OptionalLong.of(all.getLast().closeTimeMillis());
        }

        @Override
        public void onHistory(MarketClose close, double fractionLoaded) {
            all.add(close);
        }

        @Override
        public void onHistoryComplete(long lastCloseTimeMillis) {
            // Only the closes count.
        }

        @Override
        public void onLive(MarketClose close) {
            all.add(close);
        }

        @Override
        public void onRefused(RefusedRow row) {
            System.err.println("auspex: " + row);
        }

        @Override
        public void onEnd() {
            // That is what is waited for.
        }
    }

    /** Close times of closes, to be searched. */
    private static final class TimesView extends java.util.AbstractList<Long>
            implements java.util.RandomAccess {

        private final List<MarketClose> closes;

        TimesView(List<MarketClose> closes) {
            this.closes = closes;
        }

        @Override
        public Long get(int index) {
            return closes.get(index).closeTimeMillis();
        }

        @Override
        public int size() {
            return closes.size();
        }
    }
}
