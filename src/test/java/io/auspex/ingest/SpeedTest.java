package io.auspex.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.market.Timeframe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpeedTest {

    @Test
    void readsMaxAndMultiples() {
        assertThat(Speed.parse("max")).isEqualTo(new Speed.Max());
        assertThat(Speed.parse("300")).isEqualTo(new Speed.Multiple(300));
        assertThat(Speed.parse(" 0.5 ")).isEqualTo(new Speed.Multiple(0.5));
        assertThat(Speed.parse("300").toString()).isEqualTo("300");
        assertThat(Speed.parse("0.5").toString()).isEqualTo("0.5");
        assertThat(Speed.parse("max").toString()).isEqualTo("max");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fast", "0", "-1", "NaN", "Infinity", "1,5", "MAX"})
    void refusesEverythingElseAndSaysWhatIsMeant(String text) {
        assertThatThrownBy(() -> Speed.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'max' or a positive multiple of real time")
                .hasMessageContaining("'" + text + "'");
    }

    @Test
    void pausesForTheTimeframeDividedByTheSpeed() {
        assertThat(new Speed.Multiple(300).pause(Timeframe.FIVE_MINUTES))
                .isEqualTo(Duration.ofSeconds(1));
        assertThat(new Speed.Multiple(0.5).pause(Timeframe.ONE_MINUTE))
                .isEqualTo(Duration.ofMinutes(2));
        assertThat(new Speed.Max().pause(Timeframe.ONE_DAY)).isZero();
    }

    @Test
    void doesNotAddTheListenersTimeToThePauseAndDoesNotCatchUpInABurst() throws Exception {
        AtomicLong clock = new AtomicLong(1_000);
        List<Duration> sleeps = new ArrayList<>();
        Pacer pacer =
                new SpeedPacer(
                        new Speed.Multiple(300),
                        clock::get,
                        duration -> {
                            sleeps.add(duration);
                            clock.addAndGet(duration.toNanos());
                        });

        pacer.awaitClose(Timeframe.FIVE_MINUTES);
        clock.addAndGet(Duration.ofMillis(400).toNanos());
        pacer.awaitClose(Timeframe.FIVE_MINUTES);
        clock.addAndGet(Duration.ofSeconds(60).toNanos());
        pacer.awaitClose(Timeframe.FIVE_MINUTES);
        pacer.awaitClose(Timeframe.FIVE_MINUTES);

        assertThat(sleeps)
                .containsExactly(
                        Duration.ofSeconds(1),
                        Duration.ofMillis(600),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1));
    }

    @Test
    void neverSleepsAtMax() throws Exception {
        Pacer pacer =
                new SpeedPacer(
                        new Speed.Max(),
                        () -> 0,
                        duration -> {
                            throw new AssertionError("slept " + duration);
                        });

        pacer.awaitClose(Timeframe.FIVE_MINUTES);
    }
}
