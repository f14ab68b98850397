package io.auspex.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong();

    @Test
    void withoutATerminalItPrintsALineEveryTwoSecondsAndOneAtTheEnd() {
        try (Progress progress = open(200)) {
            for (int i = 1; i <= 150; i++) {
                nanos.addAndGet(Duration.ofMillis(50).toNanos());
                progress.step(i, "row " + i);
            }
        }
        assertThat(out.toString(StandardCharsets.UTF_8))
                .hasLineCount(4)
                .startsWith("Loading: 20 % (row 40), 2 s")
                .endsWith("Loading: 75 % (row 150), 8 s" + System.lineSeparator());
    }

    @Test
    void aFractionIsShownAsItsShareAndStaysWithinBounds() {
        try (Progress progress = open(1000)) {
            nanos.addAndGet(Duration.ofSeconds(3).toNanos());
            progress.step(0.25, "");
            progress.step(7.5, "");
        }
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("Loading: 25 %, 3 s", "Loading: 100 %, 3 s");
    }

    @Test
    void closingTwiceSaysNothingTwice() {
        Progress progress = open(10);
        progress.step(10, "");
        progress.close();
        progress.close();
        assertThat(out.toString(StandardCharsets.UTF_8)).hasLineCount(1);
    }

    private Progress open(long total) {
        return new Progress(
                "Loading",
                total,
                false,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                nanos::get);
    }
}
