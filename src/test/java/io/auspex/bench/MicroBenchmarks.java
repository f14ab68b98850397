package io.auspex.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.serving.PredictBenchmark;
import java.util.Collection;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
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
        Collection<RunResult> results =
                run(
                        System.getProperty("auspex.benchmarks", "Benchmark"),
                        Integer.getInteger("auspex.forks", 3),
                        5,
                        TimeValue.seconds(1));
        assertThat(results)
                .extracting(result -> result.getParams().getBenchmark())
                .as("every benchmark ran")
                .contains(PredictBenchmark.class.getName() + ".singleRow");
    }

    /**
     * Runs benchmarks in processes of their own.
     *
     * @param include which ones, as a regular expression
     * @param iterations of warming up and, as many, of measuring
     * @param each how long one takes
     * @throws RunnerException when one of them, or its process, fails
     */
    static Collection<RunResult> run(String include, int forks, int iterations, TimeValue each)
            throws RunnerException {
        // ONNX Runtime 1.29 on Linux reads its own command line, recursively: the class path in one
        // of tens of kilobytes takes more than a thread's stack. In a jar it is not in the line.
        System.setProperty("jmh.separateClasspathJAR", "true");
        ChainedOptionsBuilder options =
                new OptionsBuilder()
                        .include(include)
                        .shouldFailOnError(true)
                        .forks(forks)
                        .warmupIterations(iterations)
                        .warmupTime(each)
                        .measurementIterations(iterations)
                        .measurementTime(each)
                        .jvmArgs(
                                "-Xmx1g",
                                "-XX:+UseSerialGC",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager");
        return new Runner(options.build()).run();
    }
}
