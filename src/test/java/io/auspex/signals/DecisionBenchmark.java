package io.auspex.signals;

import io.auspex.model.Head;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What the rule makes of the heads of a prediction: every action comes up. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DecisionBenchmark {

    private static final int PREDICTIONS = 1_024;

    private final DecisionRule rule = DecisionRule.standard();
    private final List<Map<Head, Double>> predictions = new ArrayList<>();
    private int next;

    @Setup
    public void predictions() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < PREDICTIONS; i++) {
            Map<Head, Double> heads = new EnumMap<>(Head.class);
            heads.put(Head.P_UP, random.nextDouble(0.6));
            heads.put(Head.P_DOWN, random.nextDouble(0.4));
            heads.put(Head.EXPECTED_RETURN, random.nextGaussian() / 200);
            heads.put(Head.P_STOP, random.nextDouble(0.2));
            predictions.add(heads);
        }
    }

    @Benchmark
    public Decision decision() {
        return rule.decide(predictions.get(next++ & (PREDICTIONS - 1)));
    }
}
