package io.auspex.backtest;

import io.auspex.backtest.AccountState.MonthTally;
import io.auspex.backtest.AccountState.SymbolBook;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.signals.Action;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Trades on paper by {@link PaperRules}. Fed with closes in increasing time and what was said at
 * each; a pure function of them: no clock, no chance. Its memory grows with the symbols and, by a
 * line a month, with time. One owner.
 *
 * <p>Order within a close: what waits for the open (exits, then entries), stops, what is due by
 * horizon, exits by signal, entries by signal, the valuation.
 */
final class PaperAccount {

    private static final long DAY_MILLIS = 86_400_000L;

    private static final Comparator<Call> MOST_CONFIDENT =
            Comparator.comparingDouble(PaperAccount::confidence)
                    .reversed()
                    .thenComparing(Call::symbol);

    private final PaperRules rules;
    private final long horizonMillis;
    private final int universe;
    private final SortedMap<Symbol, PaperPosition> positions = new TreeMap<>();
    private final SortedMap<Symbol, PaperOrder> orders = new TreeMap<>();
    private final SortedMap<Symbol, Book> books = new TreeMap<>();
    private final SortedMap<String, Tally> months = new TreeMap<>();
    private final List<PaperTrade> newTrades = new ArrayList<>();
    private final List<EquityDay> newDays = new ArrayList<>();
    private double cash;
    private Tally total;
    private long closes;
    private long closesIn;
    private double exposureSum;
    private double equitySum;
    private double peak;
    private double bottom;
    private double heldPeak;
    private double heldBottom;
    private long missed;
    private long crowded;
    private long lastMillis;
    private @Nullable EquityDay today;

    /**
     * @param universe symbols that the start equity would be spread over, had they been bought and
     *     held
     */
    PaperAccount(PaperRules rules, Timeframe timeframe, int universe, AccountState state) {
        this.rules = rules;
        this.horizonMillis = rules.horizonCandles() * timeframe.millis();
        this.universe = universe;
        cash = state.cash();
        state.positions().forEach(position -> positions.put(position.symbol(), position));
        state.orders().forEach(order -> orders.put(order.symbol(), order));
        state.symbols().forEach(book -> books.put(book.symbol(), new Book(book)));
        state.months().forEach(month -> months.put(month.month(), month.tally()));
        total = state.total();
        closes = state.closes();
        closesIn = state.closesIn();
        exposureSum = state.exposureSum();
        equitySum = state.equitySum();
        peak = state.peak();
        bottom = state.bottom();
        heldPeak = state.heldPeak();
        heldBottom = state.heldBottom();
        missed = state.missed();
        crowded = state.crowded();
        lastMillis = state.lastMillis();
        today = state.today();
    }

    /** With nothing but the start equity. */
    static PaperAccount fresh(PaperRules rules, Timeframe timeframe, int universe) {
        return new PaperAccount(
                rules, timeframe, universe, AccountState.fresh(rules.startEquity()));
    }

    AccountState state() {
        return new AccountState(
                cash,
                List.copyOf(positions.values()),
                List.copyOf(orders.values()),
                books.entrySet().stream()
                        .map(entry -> entry.getValue().toRecord(entry.getKey()))
                        .toList(),
                months.entrySet().stream()
                        .map(entry -> new MonthTally(entry.getKey(), entry.getValue()))
                        .toList(),
                total,
                closes,
                closesIn,
                exposureSum,
                equitySum,
                peak,
                bottom,
                heldPeak,
                heldBottom,
                missed,
                crowded,
                lastMillis,
                today);
    }

    /**
     * Takes the next close.
     *
     * @param calls of its symbols, at most one each, in any order
     */
    void accept(MarketClose close, List<Call> calls) {
        long time = close.closeTimeMillis();
        for (Candle candle : close.candles()) {
            exitAtOpen(candle);
        }
        for (Candle candle : close.candles()) {
            enterAtOpen(candle);
        }
        missed += orders.size();
        orders.clear();
        for (Candle candle : close.candles()) {
            stop(candle);
            Book book = books.computeIfAbsent(candle.symbol(), _ -> new Book());
            book.see(candle, rules);
        }
        lastMillis = time;
        for (Candle candle : close.candles()) {
            PaperPosition position = positions.get(candle.symbol());
            if (position != null && position.leaving() == null && time >= position.dueMillis()) {
                leave(position, ExitReason.HORIZON, candle.close());
            }
        }
        follow(calls);
        value(time);
    }

    /** Leaves everything at the last known prices; the day of the last close ends. */
    void end() {
        orders.clear();
        for (PaperPosition position : List.copyOf(positions.values())) {
            exit(
                    position,
                    Objects.requireNonNull(books.get(position.symbol())).last,
                    lastMillis,
                    ExitReason.END);
        }
        if (today != null) {
            EquityDay valued = valued(today.day(), cash, held(), 0);
            newDays.add(valued);
            today = null;
        }
    }

    /** At the last close. */
    double equity() {
        double equity = cash;
        for (PaperPosition position : positions.values()) {
            equity += open(position);
        }
        return equity;
    }

    /** Trades closed since the last call. */
    List<PaperTrade> takeTrades() {
        List<PaperTrade> taken = List.copyOf(newTrades);
        newTrades.clear();
        return taken;
    }

    /** Days ended since the last call. */
    List<EquityDay> takeDays() {
        List<EquityDay> taken = List.copyOf(newDays);
        newDays.clear();
        return taken;
    }

    private void exitAtOpen(Candle candle) {
        PaperPosition position = positions.get(candle.symbol());
        if (position != null && position.leaving() != null) {
            exit(position, candle.open(), candle.openTimeMillis(), position.leaving());
        }
    }

    private void enterAtOpen(Candle candle) {
        PaperOrder order = orders.remove(candle.symbol());
        if (order != null && !positions.containsKey(candle.symbol())) {
            enter(order, candle.open(), candle.openTimeMillis());
        }
    }

    private void stop(Candle candle) {
        PaperPosition position = positions.get(candle.symbol());
        if (position == null) {
            return;
        }
        double price =
                PaperRules.stopped(
                        position.isLong(),
                        position.stop(),
                        candle.open(),
                        candle.high(),
                        candle.low());
        if (price > 0) {
            // When within the candle is not known: its end is the first moment at which it is.
            exit(position, price, candle.closeTimeMillis(), ExitReason.STOP);
        }
    }

    private void follow(List<Call> calls) {
        List<Call> trades = calls.stream().filter(Call::isTrade).sorted(MOST_CONFIDENT).toList();
        for (Call call : trades) {
            PaperPosition position = positions.get(call.symbol());
            if (position != null
                    && position.leaving() == null
                    && position.isLong() != isLong(call)
                    && rules.exitOnOpposite()) {
                leave(
                        position,
                        ExitReason.OPPOSITE,
                        Objects.requireNonNull(books.get(call.symbol())).last);
            }
        }
        double equity = equity();
        for (Call call : trades) {
            enter(call, equity);
        }
    }

    private void enter(Call call, double equity) {
        PaperPosition position = positions.get(call.symbol());
        boolean allowed = isLong(call) ? rules.longs() : rules.shorts();
        if (!allowed || equity <= 0 || (position != null && position.leaving() == null)) {
            return;
        }
        Book book = books.get(call.symbol());
        if (book == null || book.lastMillis != lastMillis) {
            return;
        }
        if (taken() >= rules.maxPositions()) {
            crowded++;
            return;
        }
        PaperOrder order =
                new PaperOrder(
                        call.symbol(),
                        isLong(call),
                        lastMillis,
                        rules.positionShare() * equity,
                        confidence(call),
                        call.version());
        switch (rules.fill()) {
            case NEXT_OPEN -> orders.put(call.symbol(), order);
            case SAME_CLOSE -> enter(order, book.last, lastMillis);
        }
    }

    /** Places that are not about to become free. */
    private long taken() {
        return orders.size()
                + positions.values().stream()
                        .filter(position -> position.leaving() == null)
                        .count();
    }

    private void enter(PaperOrder order, double price, long timeMillis) {
        double paid = rules.paid(price, order.isLong());
        double fee = rules.fee() * order.value();
        cash -= fee;
        positions.put(
                order.symbol(),
                new PaperPosition(
                        order.symbol(),
                        order.isLong(),
                        order.signalMillis(),
                        timeMillis,
                        paid,
                        order.value() / paid,
                        fee,
                        rules.stop(order.isLong(), paid),
                        order.signalMillis() + horizonMillis,
                        order.confidence(),
                        order.version(),
                        null));
    }

    private void leave(PaperPosition position, ExitReason reason, double closePrice) {
        switch (rules.fill()) {
            case NEXT_OPEN -> positions.put(position.symbol(), position.leaving(reason));
            case SAME_CLOSE -> exit(position, closePrice, lastMillis, reason);
        }
    }

    private void exit(PaperPosition position, double price, long timeMillis, ExitReason reason) {
        double got = rules.paid(price, !position.isLong());
        double fee = rules.fee() * position.units() * got;
        double gross =
                PaperRules.gross(position.isLong(), position.units(), position.entryPrice(), got);
        cash += gross - fee;
        positions.remove(position.symbol());
        double pnl = gross - fee - position.entryFee();
        PaperTrade trade =
                new PaperTrade(
                        total.trades() + 1,
                        position.symbol(),
                        position.isLong() ? "LONG" : "SHORT",
                        position.version(),
                        position.confidence(),
                        Instant.ofEpochMilli(position.signalMillis()),
                        Instant.ofEpochMilli(position.entryMillis()),
                        position.entryPrice(),
                        Instant.ofEpochMilli(timeMillis),
                        got,
                        position.units(),
                        fee + position.entryFee(),
                        pnl,
                        pnl / (position.units() * position.entryPrice()),
                        reason);
        total = total.with(trade);
        Objects.requireNonNull(books.get(trade.symbol())).add(trade);
        months.merge(
                YearMonth.from(trade.exitTime().atOffset(ZoneOffset.UTC)).toString(),
                Tally.NONE.with(trade),
                (before, _) -> before.with(trade));
        newTrades.add(trade);
    }

    private void value(long timeMillis) {
        double equity = equity();
        double gross = 0;
        for (PaperPosition position : positions.values()) {
            gross += position.units() * Objects.requireNonNull(books.get(position.symbol())).last;
        }
        double exposure = equity > 0 ? gross / equity : 0;
        closes++;
        closesIn += positions.isEmpty() ? 0 : 1;
        exposureSum += exposure;
        equitySum += equity;
        // A close at midnight ends the day before.
        LocalDate day = LocalDate.ofEpochDay(Math.floorDiv(timeMillis - 1, DAY_MILLIS));
        if (today != null && !today.day().equals(day)) {
            newDays.add(today);
        }
        today = valued(day, equity, held(), exposure);
    }

    private EquityDay valued(LocalDate day, double equity, double held, double exposure) {
        peak = Math.max(peak, equity);
        bottom = Math.max(bottom, 1 - equity / peak);
        heldPeak = Math.max(heldPeak, held);
        heldBottom = Math.max(heldBottom, 1 - held / heldPeak);
        return new EquityDay(day, equity, held, exposure, 1 - equity / peak);
    }

    /** What buying everything once would be worth, each symbol from its first candle on. */
    private double held() {
        double share = rules.startEquity() / universe;
        double held = share * Math.max(0, universe - books.size());
        for (Book book : books.values()) {
            held += share * (1 - rules.fee()) * book.last / book.first;
        }
        return held;
    }

    private double open(PaperPosition position) {
        return PaperRules.gross(
                position.isLong(),
                position.units(),
                position.entryPrice(),
                Objects.requireNonNull(books.get(position.symbol())).last);
    }

    private static boolean isLong(Call call) {
        return call.action() == Action.BUY;
    }

    private static double confidence(Call call) {
        Double confidence = call.confidence();
        return confidence == null ? 0 : confidence;
    }

    /** What is known of a symbol. */
    private static final class Book {

        private long candles;
        private double first;
        private double last;
        private long lastMillis;
        private Tally longs = Tally.NONE;
        private Tally shorts = Tally.NONE;

        Book() {}

        Book(SymbolBook state) {
            candles = state.candles();
            first = state.first();
            last = state.last();
            longs = state.longs();
            shorts = state.shorts();
        }

        void see(Candle candle, PaperRules rules) {
            if (candles++ == 0) {
                first = rules.paid(candle.open(), true);
            }
            last = candle.close();
            lastMillis = candle.closeTimeMillis();
        }

        void add(PaperTrade trade) {
            if (trade.isLong()) {
                longs = longs.with(trade);
            } else {
                shorts = shorts.with(trade);
            }
        }

        SymbolBook toRecord(Symbol symbol) {
            return new SymbolBook(symbol, candles, first, last, longs, shorts);
        }
    }
}
