package io.auspex.backtest;

import io.auspex.features.FeatureSchema;
import io.auspex.market.Candle;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.serving.PastMarket;
import io.auspex.serving.ServingModel;
import io.auspex.signals.PendingSignal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Lets a plan happen, close by close: the version of the moment, the features as of the close, the
 * signals, and what a paper account makes of them. Nothing later than a close is looked at before
 * it has been decided. Memory: the state of the features, one chunk of closes, and what happened
 * since the last checkpoint. One owner; runs once.
 */
final class BacktestEngine {

    /** Hears of a run, on its thread. */
    interface Sink {

        /** Whether a checkpoint is wanted, asked after every chunk. */
        boolean wantsCheckpoint();

        /**
         * What has happened since the last one.
         *
         * @param trades closed since
         * @param days ended since
         */
        void checkpoint(RunState state, List<PaperTrade> trades, List<EquityDay> days)
                throws InterruptedException;

        /** What was said at a close; for whoever compares. */
        default void signals(MarketClose close, List<PendingSignal> decided) {}
    }

    private final BacktestPlan plan;
    private final CandleHistory history;
    private final VersionSource versions;
    private final int chunkCloses;
    private final Sink sink;
    private final Set<Symbol> symbols;
    private PastMarket features;
    private String schemaHash = "";
    private final PaperAccount account;
    private final SignalChain chain;
    private final Map<String, Long> actions;
    private volatile long position;
    private long rows;
    private long inSample;
    private long candles;
    private long readNanos;
    private long featureNanos;
    private long makerNanos;
    private long accountNanos;

    /**
     * @param chunkCloses closes that are read at once
     */
    BacktestEngine(
            BacktestPlan plan,
            CandleHistory history,
            VersionSource versions,
            RunState begin,
            int chunkCloses,
            Sink sink) {
        this.plan = plan;
        this.history = history;
        this.versions = versions;
        this.chunkCloses = chunkCloses;
        this.sink = sink;
        symbols = new HashSet<>(plan.symbols());
        features = new PastMarket(history, plan.feed(), plan.timeframe());
        account =
                new PaperAccount(
                        plan.rules(), plan.timeframe(), plan.symbols().size(), begin.account());
        chain = new SignalChain(begin.signalsSha256());
        actions = new TreeMap<>(begin.actions());
        position = begin.positionMillis();
        rows = begin.rows();
        inSample = begin.inSample();
    }

    /**
     * Goes on to the end of the period and closes every position there.
     *
     * @return the state at the end; the last trades and days have been handed over before
     */
    RunState run() throws IOException, InterruptedException {
        long end = plan.to().toEpochMilli();
        long step = chunkCloses * plan.timeframe().millis();
        while (position < end) {
            long to = Math.min(end, position + step);
            long start = System.nanoTime();
            List<MarketClose> chunk = history.closes(plan.feed(), plan.timeframe(), position, to);
            readNanos += System.nanoTime() - start;
            for (MarketClose close : chunk) {
                take(close);
                position = close.closeTimeMillis();
            }
            position = to;
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (position < end && sink.wantsCheckpoint()) {
                checkpoint();
            }
        }
        account.end();
        checkpoint();
        return state();
    }

    /** As of the last close taken. */
    RunState state() {
        return new RunState(
                position, account.state(), versions.walk(), rows, inSample, actions, chain.hex());
    }

    /** Hands over what has happened since the last time. */
    void checkpoint() throws InterruptedException {
        sink.checkpoint(state(), account.takeTrades(), account.takeDays());
    }

    /** For any thread: about where it is. */
    long positionMillis() {
        return position;
    }

    Costs costs() {
        long model = versions.scoringNanos();
        return new Costs(
                candles,
                readNanos,
                featureNanos,
                model,
                Math.max(0, makerNanos - model),
                accountNanos);
    }

    private void take(MarketClose close) throws IOException, InterruptedException {
        Optional<OpenVersion> version = versions.at(close.closeTimeMillis(), position);
        long start = System.nanoTime();
        if (version.isPresent()) {
            use(version.get().past().model().schema());
        }
        features.accept(close);
        long computed = System.nanoTime();
        candles += close.candles().size();
        featureNanos += computed - start;
        Optional<MarketClose> traded = traded(close);
        if (traded.isEmpty()) {
            return;
        }
        List<PendingSignal> decided =
                version.map(open -> decide(open, traded.get())).orElseGet(List::of);
        record(traded.get(), decided);
        long said = System.nanoTime();
        makerNanos += said - computed;
        List<Call> calls = new ArrayList<>(decided.size());
        for (PendingSignal signal : decided) {
            calls.add(Call.of(signal));
        }
        account.accept(traded.get(), calls);
        accountNanos += System.nanoTime() - said;
    }

    /** Features of another schema begin with what is known now; those before are not needed. */
    private void use(FeatureSchema schema) {
        if (!schema.hash().equals(schemaHash)) {
            features = new PastMarket(history, plan.feed(), plan.timeframe());
            features.use(schema, position);
            schemaHash = schema.hash();
        }
    }

    private List<PendingSignal> decide(OpenVersion open, MarketClose close) {
        ServingModel model = open.past().model();
        return open.maker().signals(model, close, features::vectors);
    }

    private void record(MarketClose close, List<PendingSignal> decided) {
        rows += decided.size();
        if (versions.hasSeen(close.closeTimeMillis())) {
            inSample += decided.size();
        }
        for (PendingSignal signal : decided) {
            actions.merge(signal.decision().action().name(), 1L, Long::sum);
        }
        chain.add(decided);
        sink.signals(close, decided);
    }

    /** The candles of the symbols that are traded; empty when there is none. */
    private Optional<MarketClose> traded(MarketClose close) {
        List<Candle> wanted = new ArrayList<>(close.candles().size());
        for (Candle candle : close.candles()) {
            if (symbols.contains(candle.symbol())) {
                wanted.add(candle);
            }
        }
        return wanted.isEmpty()
                ? Optional.empty()
                : Optional.of(new MarketClose(close.feed(), close.closeTimeMillis(), wanted));
    }
}
