package io.auspex.backtest;

import io.auspex.backtest.BacktestReport.RefitRow;
import io.auspex.backtest.VersionPlan.Stage;
import io.auspex.ensemble.PastEnsembles;
import io.auspex.platform.Failure;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Backtests and dry runs for whoever asks. Blocking: call it from a virtual thread. Failures:
 * NOT_FOUND {@code no-such-backtest}, {@code no-dry-run}; CONFLICT {@code backtest-finished};
 * NOT_READY {@code backtests-full}, {@code not-begun}.
 */
@ApplicationScoped
public class BacktestService {

    private final BacktestPlanner planner;
    private final EnsemblePlanner ensembles;
    private final BacktestStore store;
    private final BacktestArchive archive;
    private final BacktestRunner runner;
    private final DryRuns dryRuns;
    private final BacktestConfig config;

    BacktestService(
            BacktestPlanner planner,
            EnsemblePlanner ensembles,
            BacktestStore store,
            BacktestArchive archive,
            BacktestRunner runner,
            DryRuns dryRuns,
            BacktestConfig config) {
        this.planner = planner;
        this.ensembles = ensembles;
        this.store = store;
        this.archive = archive;
        this.runner = runner;
        this.dryRuns = dryRuns;
        this.config = config;
    }

    /**
     * Has a backtest made.
     *
     * @throws Failure of {@link BacktestPlanner} and {@link EnsemblePlanner} too
     */
    public Backtest submit(BacktestRequest request) {
        BacktestPlan plan =
                PastEnsembles.NAME.equals(request.model())
                        ? ensembles.plan(request)
                        : planner.plan(request);
        long id =
                store.insert(plan, config.queue())
                        .orElseThrow(() ->
                                new Failure(
                                        Failure.Category.NOT_READY,
                                        "backtests-full",
                                        "%d backtests wait already (backtest.queue)"
                                                .formatted(config.queue())));
        runner.wake();
        return require(id);
    }

    /**
     * Begins a dry run anew, from the next close on; the one before ends.
     *
     * @throws Failure of {@link BacktestPlanner} too
     */
    public Backtest dryRun(String model, BacktestRequest.@Nullable PaperRequest rules) {
        return require(dryRuns.begin(model, rules));
    }

    /** Newest first. */
    public List<Backtest> list(@Nullable BacktestKind kind, int limit) {
        return archive.list(kind, limit);
    }

    /** The dry runs that go on, by model. */
    public List<Backtest> dryRuns() {
        return archive.dryRuns();
    }

    /**
     * The dry run that goes on.
     *
     * @param model null when there is only one
     */
    public Backtest live(@Nullable String model) {
        List<Backtest> all = archive.dryRuns();
        return all.stream()
                .filter(run -> model == null ? all.size() == 1 : run.model().equals(model))
                .findFirst()
                .orElseThrow(() ->
                        new Failure(
                                Failure.Category.NOT_FOUND,
                                "no-dry-run",
                                all.isEmpty()
                                        ? "no dry run goes on: one begins with the first live signal of a model"
                                        : "say which: ?model= one of "
                                                + all.stream().map(Backtest::model).toList()));
    }

    public Backtest require(long id) {
        return archive.find(id)
                .orElseThrow(() ->
                        new Failure(
                                Failure.Category.NOT_FOUND,
                                "no-such-backtest",
                                "there is no backtest " + id));
    }

    /** Ends one that is not finished; what it has done so far stays. */
    public Backtest cancel(long id) {
        Backtest known = require(id);
        if (!store.cancel(id)) {
            throw new Failure(
                    Failure.Category.CONFLICT,
                    "backtest-finished",
                    "backtest %d has ended: %s".formatted(id, known.state()));
        }
        runner.halt(id);
        return require(id);
    }

    /** The report: the final one, or that of what has been done so far. */
    public BacktestReport report(long id) {
        Optional<BacktestReport> written = archive.report(id);
        if (written.isPresent()) {
            return written.get();
        }
        Backtest run = require(id);
        RunState state =
                archive.state(id)
                        .orElseThrow(() ->
                                new Failure(
                                        Failure.Category.NOT_READY,
                                        "not-begun",
                                        "backtest %d (%s) has nothing to report yet"
                                                .formatted(id, run.state())));
        List<RefitRow> versions = new ArrayList<>(archive.refits(id));
        versions.addAll(given(run.plan().versions()));
        return BacktestReport.of(
                id,
                run.kind().code(),
                !run.state().isEnd(),
                run.plan(),
                state,
                archive.days(id),
                null,
                null,
                versions);
    }

    /** The report as one page of HTML that needs nothing else. */
    public String page(long id) {
        return ReportPage.of(report(id), archive.lastTrades(id, config.tradesShown()));
    }

    /** Every trade, as CSV. */
    public void writeTrades(long id, OutputStream out) throws IOException {
        var _ = require(id);
        ReportCsv.header(out);
        long after = 0;
        while (true) {
            List<PaperTrade> page = archive.trades(id, after);
            ReportCsv.trades(page, out);
            if (page.size() < BacktestArchive.PAGE) {
                return;
            }
            after = page.getLast().number();
        }
    }

    /** Every day, as CSV. */
    public void writeEquity(BacktestReport report, OutputStream out) throws IOException {
        ReportCsv.equity(report.equity(), out);
    }

    /** The versions that a plan names. */
    static List<RefitRow> given(VersionPlan plan) {
        List<RefitRow> rows = new ArrayList<>();
        plan.stages().forEach(stage -> rows.add(given(stage, "")));
        VersionPlan.Ensemble ensemble = plan.ensemble();
        if (ensemble != null) {
            for (VersionPlan.MemberStages member : ensemble.members()) {
                member.stages().forEach(stage -> rows.add(given(stage, member.member() + ": ")));
            }
        }
        return rows;
    }

    private static RefitRow given(Stage stage, String who) {
        return new RefitRow(
                stage.version(),
                stage.from(),
                "given",
                who
                        + (stage.trainedTo() == null
                                ? "its report does not say what it was trained on"
                                : "trained on closes up to " + stage.trainedTo()));
    }
}
