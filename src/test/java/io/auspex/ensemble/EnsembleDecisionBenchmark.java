package io.auspex.ensemble;

import io.auspex.model.Head;
import io.auspex.signals.Decision;
import io.auspex.signals.DecisionRule;
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

/** What the answers of four members cost until they are one decision. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EnsembleDecisionBenchmark {

    private static final int BALLOTS = 1_024;

    private final DecisionRule rule = DecisionRule.standard();
    private final List<List<Voice>> ballots = new ArrayList<>();
    private int next;

    @Setup
    public void ballots() {
        SplittableRandom random = new SplittableRandom(1);
        double[] weights = {0.25, 0.35, 0.40, 0.1};
        for (int i = 0; i < BALLOTS; i++) {
            List<Voice> voices = new ArrayList<>();
            for (int member = 0; member < weights.length; member++) {
                Map<Head, Double> heads = new EnumMap<>(Head.class);
                heads.put(Head.P_UP, random.nextDouble(0.6));
                heads.put(Head.P_DOWN, random.nextDouble(0.4));
                heads.put(Head.EXPECTED_RETURN, random.nextGaussian() / 200);
                heads.put(Head.P_STOP, random.nextDouble(0.2));
                voices.add(new Voice(Members.STANDARD.get(member), weights[member], heads));
            }
            ballots.add(voices);
        }
    }

    @Benchmark
    public Decision decision() {
        return rule.decide(Combination.of(ballots.get(next++ & (BALLOTS - 1))));
    }
}
