package io.auspex.backtest;

import io.auspex.platform.EntryPoint;
import java.util.Set;

/** {@code backtest} inside a native executable. */
public final class BacktestEntryPoint implements EntryPoint {

    @Override
    public Set<String> names() {
        return Set.of("backtest");
    }

    @Override
    public void run(String name, String... arguments) {
        BacktestCommand.main(arguments);
    }
}
