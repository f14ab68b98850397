package io.auspex.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.serving.PredictBenchmark;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.options.TimeValue;

/** That {@code ./auspex bench micro} runs; what it says is not looked at. */
class MicroBenchmarksTest {

    @Test
    void aPredictionIsMeasuredInAProcessOfItsOwn() throws Exception {
        assertThat(
                        MicroBenchmarks.run(
                                PredictBenchmark.class.getName() + ".singleRow$",
                                1,
                                1,
                                TimeValue.milliseconds(100)))
                .singleElement()
                .satisfies(result -> assertThat(result.getPrimaryResult().getScore()).isPositive());
    }
}
