package io.auspex.backtest;

import io.auspex.market.Candle;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
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
    private final Speaker speaker;
    private final int chunkCloses;
    private final Sink sink;
    private final Set<Symbol> symbols;
    private final PaperAccount account;
    private final SignalChain chain;
    private final Map<String, Long> actions;
    private volatile long position;
    private long rows;
    private long inSample;
    private long candles;
    private long readNanos;
    private long makerNanos;
    private long accountNanos;

    /** Of a single model. */
    BacktestEngine(
            BacktestPlan plan,
            CandleHistory history,
            VersionSource versions,
            RunState begin,
            int chunkCloses,
            Sink sink) {
        this(plan, history, new ModelSpeaker(plan, history, versions), begin, chunkCloses, sink);
    }

    /**
     * @param speaker goes on after the position of {@code begin}
     * @param chunkCloses closes that are read at once
     */
    BacktestEngine(
            BacktestPlan plan,
            CandleHistory history,
            Speaker speaker,
            RunState begin,
            int chunkCloses,
            Sink sink) {
        this.plan = plan;
        this.history = history;
        this.speaker = speaker;
        this.chunkCloses = chunkCloses;
        this.sink = sink;
        symbols = new HashSet<>(plan.symbols());
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
                position,
                account.state(),
                speaker.walk(),
                rows,
                inSample,
                actions,
                chain.hex(),
                speaker.ensemble());
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
        long model = speaker.scoringNanos();
        long features = speaker.featureNanos();
        return new Costs(
                candles,
                readNanos,
                features,
                model,
                Math.max(0, makerNanos - model - features),
                accountNanos);
    }

    private void take(MarketClose close) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Optional<MarketClose> traded = traded(close);
        List<PendingSignal> decided = speaker.hear(close, traded, position);
        candles += close.candles().size();
        if (traded.isPresent()) {
            record(traded.get(), decided);
        }
        long said = System.nanoTime();
        makerNanos += said - start;
        if (traded.isPresent()) {
            List<Call> calls = new ArrayList<>(decided.size());
            for (PendingSignal signal : decided) {
                calls.add(Call.of(signal));
            }
            account.accept(traded.get(), calls);
            accountNanos += System.nanoTime() - said;
        }
    }

    private void record(MarketClose close, List<PendingSignal> decided) {
        rows += decided.size();
        if (speaker.hasSeen(close.closeTimeMillis())) {
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
