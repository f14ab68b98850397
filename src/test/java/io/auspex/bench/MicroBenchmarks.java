package io.auspex.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.serving.PredictBenchmark;
import java.util.Collection;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * {@code ./auspex bench micro}: what parts cost in process, by JMH. No test of the build (its name
 * does not end in Test), because the numbers are for people.
 */
class MicroBenchmarks {

    @Test
    void print() throws Exception {
        ChainedOptionsBuilder options =
                new OptionsBuilder()
                        .include(System.getProperty("auspex.benchmarks", "Benchmark"))
                        .forks(Integer.getInteger("auspex.forks", 3))
                        .warmupIterations(5)
                        .warmupTime(TimeValue.seconds(1))
                        .measurementIterations(5)
                        .measurementTime(TimeValue.seconds(1))
                        .jvmArgs(
                                "-Xmx1g",
                                "-XX:+UseSerialGC",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager");
        Collection<RunResult> results = new Runner(options.build()).run();
        assertThat(results)
                .extracting(result -> result.getParams().getBenchmark())
                .as("every benchmark ran")
                .contains(PredictBenchmark.class.getName() + ".singleRow");
    }
}
