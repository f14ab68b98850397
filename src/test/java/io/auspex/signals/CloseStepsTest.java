package io.auspex.signals;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.market.CloseTimes;
import io.auspex.platform.Traces;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CloseStepsTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final CloseSteps steps = new CloseSteps(meters, Traces.off());

    @Test
    void whatBeganWhenTheCandlesWereStoredAlreadyIsNotAheadOfThem() {
        long arrived = System.nanoTime();
        CloseTimes times = new CloseTimes(arrived, System.nanoTime());
        workedOutAhead();
        steps.start();
        steps.decisionsDone(times);
        assertThat(timer("ahead").count()).isEqualTo(1);
        assertThat(timer("ahead").totalTime(TimeUnit.NANOSECONDS)).isZero();
        assertThat(timer("decision").totalTime(TimeUnit.NANOSECONDS)).isPositive();
    }

    @Test
    void whatWasDoneBeforeTheCandlesWereStoredHasCostTheCloseNoTime() {
        long arrived = System.nanoTime();
        workedOutAhead();
        CloseTimes times = new CloseTimes(arrived, System.nanoTime());
        steps.start();
        steps.decisionsDone(times);
        assertThat(timer("ahead").totalTime(TimeUnit.NANOSECONDS)).isPositive();
        assertThat(timer("features").count()).isEqualTo(1);
        assertThat(timer("features").totalTime(TimeUnit.NANOSECONDS)).isZero();
        assertThat(timer("prediction").totalTime(TimeUnit.NANOSECONDS)).isZero();
    }

    private void workedOutAhead() {
        steps.begin();
        steps.featuresDone();
        steps.aheadDone();
    }

    private Timer timer(String step) {
        return meters.get("auspex.candle.to.signal.step").tag("step", step).timer();
    }
}
