package io.auspex.backtest;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.signals.DecisionRule;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;

/**
 * Everything that a backtest depends on besides candles and model files. Stored; the same plan over
 * the same candles gives the same report.
 *
 * @param feed identity of the feed whose candles are used
 * @param symbols that are traded; features see all of the feed
 * @param from the first close
 * @param to the last close
 * @param allowInSample closes that a version was trained on may be traded
 * @param seed of refits and of random entries
 * @param randomDraws how often as many entries are drawn at random; 0 for never
 */
public record BacktestPlan(
        String model,
        String feed,
        Timeframe timeframe,
        List<Symbol> symbols,
        Instant from,
        Instant to,
        VersionPlan versions,
        DecisionRule rule,
        PaperRules rules,
        boolean allowInSample,
        long seed,
        int randomDraws) {

    public BacktestPlan {
        symbols = symbols.stream().sorted().toList();
        if (symbols.isEmpty() || new HashSet<>(symbols).size() != symbols.size()) {
            throw new IllegalArgumentException("symbols must be unique, at least one: " + symbols);
        }
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException("from %s must be before to %s".formatted(from, to));
        }
        if (randomDraws < 0 || randomDraws > 10_000) {
            throw new IllegalArgumentException("random_draws must be 0 to 10000: " + randomDraws);
        }
    }
}
