package io.auspex.backtest;

import io.auspex.backtest.VersionFiles.VersionFile;
import io.auspex.ensemble.PastEnsemble;
import io.auspex.ensemble.PastEnsembles;
import io.auspex.feedback.RangeGuards;
import io.auspex.ingest.CandleStore;
import jakarta.enterprise.context.ApplicationScoped;

/** Opens the ensemble for a backtest. Blocking. */
@ApplicationScoped
class EnsembleSpeakers {

    private final CandleStore candles;
    private final RangeGuards guards;
    private final PastEnsembles ensembles;

    EnsembleSpeakers(CandleStore candles, RangeGuards guards, PastEnsembles ensembles) {
        this.candles = candles;
        this.guards = guards;
        this.ensembles = ensembles;
    }

    /** Where the files of every model are. */
    @FunctionalInterface
    interface Files {
        VersionFile version(String model, int number);
    }

    /**
     * @param begin where it goes on from
     */
    Speaker speaker(BacktestPlan plan, VersionPlan.Ensemble together, RunState begin, Files files) {
        PastEnsemble ensemble =
                ensembles.open(
                        together.terms(),
                        plan.feed(),
                        plan.timeframe(),
                        plan.rule(),
                        begin.ensemble() == null ? PastEnsemble.State.FRESH : begin.ensemble(),
                        begin.positionMillis());
        return new EnsembleSpeaker(
                plan,
                together.members(),
                candles,
                model -> number -> files.version(model, number),
                guards,
                ensemble);
    }
}
