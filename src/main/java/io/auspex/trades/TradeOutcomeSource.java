package io.auspex.trades;

import io.auspex.dataset.JobFolder;
import io.auspex.dataset.TrainingSet;
import io.auspex.model.ModelKind;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Await;
import io.auspex.retraining.DatasetSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The training set of a trade-outcome model: its newest closed trades, from the database and those
 * that wait for it.
 */
@ApplicationScoped
class TradeOutcomeSource implements DatasetSource {

    private final TradeStore store;
    private final TradeIntake intake;

    TradeOutcomeSource(TradeStore store, TradeIntake intake) {
        this.store = store;
        this.intake = intake;
    }

    @Override
    public ModelKind kind() {
        return ModelKind.TRADE_OUTCOME;
    }

    @Override
    public TrainingSet build(ModelSpec spec, JobFolder folder, long seed) throws IOException {
        return TradeRowsWriter.write(spec, newest(spec), folder, seed);
    }

    private List<ClosedTrade> newest(ModelSpec spec) {
        Map<String, ClosedTrade> trades = new LinkedHashMap<>();
        intake.waiting().forEach(trade -> trades.put(trade.id(), trade));
        Await.item(() -> store.lastClosed(spec.market().feed(), spec.windowCandles()))
                .forEach(trade -> trades.putIfAbsent(trade.id(), trade));
        return trades.values().stream()
                .filter(trade ->
                        spec.market().symbols().isEmpty()
                                || spec.market().symbols().contains(trade.symbol()))
                .sorted(Comparator.comparing(ClosedTrade::exitTime).reversed())
                .limit(spec.windowCandles())
                .toList();
    }
}
