package io.auspex.retraining;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.platform.Progress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RefitConsoleTest {

    private final List<String> opened = new ArrayList<>();
    private final RefitConsole console =
            new RefitConsole(task -> {
                opened.add(task);
                return Progress.open(task);
            });

    @Test
    void aRefitHasABarForItsFeaturesAndOneForItsTraining() {
        console.show(news(1, RefitState.QUEUED, "queued", 0));
        assertThat(opened).isEmpty();
        console.show(news(1, RefitState.RUNNING, "dataset", 0));
        console.show(news(1, RefitState.RUNNING, "dataset", 20));
        assertThat(opened).containsExactly("Building features of m");
        for (String phase : List.of("load", "folds", "fit", "export", "verify")) {
            console.show(news(1, RefitState.RUNNING, phase, 40));
        }
        console.show(news(1, RefitState.RUNNING, "gate", 90));
        console.show(news(1, RefitState.SUCCEEDED, "done", 100));
        assertThat(opened).containsExactly("Building features of m", "Training m");
    }

    @Test
    void anotherAttemptBeginsAnew() {
        console.show(news(1, RefitState.RUNNING, "folds", 40));
        console.show(news(1, RefitState.QUEUED, "queued", 0));
        console.show(news(1, RefitState.RUNNING, "dataset", 0));
        assertThat(opened).containsExactly("Training m", "Building features of m");
    }

    @Test
    void ofTwoRefitsOneIsShownUntilItIsOver() {
        console.show(news(1, RefitState.RUNNING, "dataset", 0));
        console.show(news(2, RefitState.RUNNING, "dataset", 0));
        console.show(news(2, RefitState.RUNNING, "folds", 30));
        assertThat(opened).hasSize(1);
        console.show(news(1, RefitState.CANCELLED, "dataset", 10));
        console.show(news(2, RefitState.RUNNING, "folds", 31));
        assertThat(opened).hasSize(2);
    }

    private static RefitProgressed news(long id, RefitState state, String phase, int percent) {
        return new RefitProgressed(
                new Refit(
                        id,
                        "m",
                        state,
                        "test",
                        phase,
                        percent,
                        1,
                        3,
                        null,
                        null,
                        null,
                        null,
                        Instant.EPOCH,
                        null,
                        null));
    }
}
