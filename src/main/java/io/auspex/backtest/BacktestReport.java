package io.auspex.backtest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.auspex.backtest.AccountState.MonthTally;
import io.auspex.backtest.AccountState.SymbolBook;
import io.auspex.ensemble.PastEnsemble;
import io.auspex.market.Symbol;
import io.auspex.model.Quality;
import io.auspex.model.SharpeRatio;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that there is to say of a backtest or a dry run, from its state alone: of one that still runs
 * too.
 *
 * @param kind {@code backtest} or {@code dry_run}
 * @param running more is to come
 * @param to the last close that is accounted for
 * @param guards which of the live guards took part, and why the others did not
 * @param inSample share of signals whose close the version was trained on, or may have been; null
 *     without signals
 * @param actions how many signals of each
 * @param signalsSha256 the same for every run that said the same; null of a dry run
 * @param sharpe of daily returns, not annualised, with its moments; null below ten days
 * @param deflated the same in the light of how often this model was tried on overlapping periods;
 *     null while it runs, and of a dry run, which nobody has selected
 * @param random null until the second pass has been made
 * @param versions which decided, or were refused by the gate of a refit on schedule
 * @param ensemble what became of its weights; null for a single model
 * @param equity a line a day
 */
public record BacktestReport(
        long id,
        String kind,
        boolean running,
        BacktestPlan plan,
        Instant from,
        Instant to,
        Figures figures,
        String guards,
        @Nullable Double inSample,
        Map<String, Long> actions,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String signalsSha256,
        @Nullable SharpeRatio sharpe,
        Quality.@Nullable Deflated deflated,
        @Nullable RandomComparison random,
        List<SymbolRow> symbols,
        List<MonthRow> months,
        List<RefitRow> versions,
        @JsonInclude(JsonInclude.Include.NON_NULL) PastEnsemble.@Nullable Summary ensemble,
        List<EquityDay> equity) {

    static final String GUARDS =
            "range: as live, it depends on the row and the version's report alone; coverage: not asked,"
                    + " because live it depends on which outcomes were known when, so a live signal that"
                    + " it held back appears here as what the model said";

    static final String DRY_RUN_GUARDS = "all: the signals are those of the ledger";

    public BacktestReport {
        actions = Collections.unmodifiableMap(new TreeMap<>(actions));
        symbols = List.copyOf(symbols);
        months = List.copyOf(months);
        versions = List.copyOf(versions);
        equity = List.copyOf(equity);
    }

    /**
     * One symbol.
     *
     * @param heldReturn of buying it at its first candle and holding it, before fees
     */
    public record SymbolRow(
            Symbol symbol,
            long trades,
            long longs,
            long wins,
            @Nullable Double winRate,
            double pnl,
            @Nullable Double meanReturn,
            @Nullable Double profitFactor,
            double fees,
            double heldReturn) {

        static SymbolRow of(SymbolBook book) {
            Tally longs = book.longs();
            Tally shorts = book.shorts();
            long trades = longs.trades() + shorts.trades();
            long wins = longs.wins() + shorts.wins();
            double losses = longs.losses() + shorts.losses();
            return new SymbolRow(
                    book.symbol(),
                    trades,
                    longs.trades(),
                    wins,
                    trades == 0 ? null : (Double) ((double) wins / trades),
                    longs.pnl() + shorts.pnl(),
                    trades == 0
                            ? null
                            : (Double) ((longs.fractions() + shorts.fractions()) / trades),
                    losses == 0 ? null : (Double) ((longs.gains() + shorts.gains()) / losses),
                    longs.fees() + shorts.fees(),
                    book.last() / book.first() - 1);
        }
    }

    /**
     * A month, UTC.
     *
     * @param equityReturn of the equity from its last close before to its last close within
     * @param trades closed in it
     */
    public record MonthRow(
            String month,
            double equityReturn,
            double heldReturn,
            long trades,
            @Nullable Double winRate,
            double pnl,
            double fees) {}

    /**
     * A version of the run.
     *
     * @param from when it took over, or was refused
     * @param decision {@code given}, {@code promoted}, {@code rejected} or {@code failed}
     */
    public record RefitRow(int version, Instant from, String decision, String reason) {}

    /** Puts a report together. */
    static BacktestReport of(
            long id,
            String kind,
            boolean running,
            BacktestPlan plan,
            RunState state,
            List<EquityDay> ended,
            Quality.@Nullable Deflated deflated,
            @Nullable RandomComparison random,
            List<RefitRow> versions) {
        List<EquityDay> days = new ArrayList<>(ended);
        Optional.ofNullable(state.account().today()).ifPresent(days::add);
        double start = plan.rules().startEquity();
        boolean dry = kind.equals(BacktestKind.DRY_RUN.code());
        return new BacktestReport(
                id,
                kind,
                running,
                plan,
                plan.from(),
                Instant.ofEpochMilli(state.positionMillis()),
                Figures.of(state.account(), start, days),
                dry ? DRY_RUN_GUARDS : GUARDS,
                state.rows() == 0 ? null : (Double) ((double) state.inSample() / state.rows()),
                state.actions(),
                dry ? null : state.signalsSha256(),
                SharpeRatio.of(Figures.returns(start, days)).orElse(null),
                deflated,
                random,
                state.account().symbols().stream().map(SymbolRow::of).toList(),
                months(state.account().months(), start, days),
                versions,
                ensemble(plan, state),
                days);
    }

    /** The report with its second half. */
    static BacktestReport finished(
            BacktestReport report,
            Quality.@Nullable Deflated deflated,
            @Nullable RandomComparison random) {
        return new BacktestReport(
                report.id,
                report.kind,
                false,
                report.plan,
                report.from,
                report.to,
                report.figures,
                report.guards,
                report.inSample,
                report.actions,
                report.signalsSha256,
                report.sharpe,
                deflated,
                random,
                report.symbols,
                report.months,
                report.versions,
                report.ensemble,
                report.equity);
    }

    private static PastEnsemble.@Nullable Summary ensemble(BacktestPlan plan, RunState state) {
        VersionPlan.Ensemble members = plan.versions().ensemble();
        return members == null
                ? null
                : PastEnsemble.summary(
                        members.terms(),
                        state.ensemble() == null ? PastEnsemble.State.FRESH : state.ensemble(),
                        Instant.ofEpochMilli(state.positionMillis()));
    }

    private static List<MonthRow> months(
            List<MonthTally> tallies, double start, List<EquityDay> days) {
        SortedMap<String, EquityDay> lastOfMonth = new TreeMap<>();
        days.forEach(day -> lastOfMonth.put(YearMonth.from(day.day()).toString(), day));
        SortedMap<String, Tally> closed = new TreeMap<>();
        tallies.forEach(month -> closed.put(month.month(), month.tally()));
        List<MonthRow> rows = new ArrayList<>();
        double equity = start;
        double held = start;
        for (Map.Entry<String, EquityDay> month : lastOfMonth.entrySet()) {
            Tally tally = Objects.requireNonNullElse(closed.get(month.getKey()), Tally.NONE);
            EquityDay last = month.getValue();
            rows.add(
                    new MonthRow(
                            month.getKey(),
                            equity > 0 ? last.equity() / equity - 1 : 0,
                            last.held() / held - 1,
                            tally.trades(),
                            tally.trades() == 0
                                    ? null
                                    : (Double) ((double) tally.wins() / tally.trades()),
                            tally.pnl(),
                            tally.fees()));
            equity = last.equity();
            held = last.held();
        }
        return rows;
    }
}
