package io.auspex.retraining;

import io.auspex.platform.Progress;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Shows a refit that runs here to whoever sits at the terminal: a bar for its features, then one
 * for its training. One refit at a time; of others that run beside it only the log tells.
 */
@ApplicationScoped
class RefitConsole {

    private final Function<String, Progress> bars;
    private @Nullable Shown current;

    RefitConsole() {
        this(Progress::open);
    }

    /**
     * @param bars opens the bar of a task
     */
    RefitConsole(Function<String, Progress> bars) {
        this.bars = bars;
    }

    /** The bar in view. */
    private record Shown(long refit, Stage stage, Progress bar) {}

    synchronized void show(@Observes RefitProgressed news) {
        Refit refit = news.refit();
        Stage stage = Stage.of(refit);
        Shown shown = current;
        if (shown != null && shown.refit() != refit.id()) {
            return;
        }
        if (shown != null && shown.stage() != stage) {
            shown.bar().close();
            shown = null;
        }
        if (shown == null && stage != Stage.NONE) {
            shown = new Shown(refit.id(), stage, bars.apply(stage.title(refit)));
        }
        current = shown;
        if (shown != null) {
            shown.bar().step(stage.share(refit.percent()), words(refit.phase()));
        }
    }

    private static String words(String phase) {
        return switch (phase) {
            case "load" -> "reading rows";
            case "folds" -> "walk-forward folds";
            case "fit" -> "final fit";
            case "export" -> "export to ONNX";
            case "verify" -> "parity of the graph";
            default -> "";
        };
    }

    /** What has a bar of its own, with its part of the refit's percentage. */
    private enum Stage {
        /** Queued, at the gate, or over: nothing that could be measured. */
        NONE("", 0, 100),
        FEATURES("Building features of ", 0, RefitAttempt.DATASET_DONE),
        TRAINING("Training ", RefitAttempt.DATASET_DONE, RefitAttempt.WORKER_DONE);

        private final String title;
        private final int from;
        private final int to;

        Stage(String title, int from, int to) {
            this.title = title;
            this.from = from;
            this.to = to;
        }

        static Stage of(Refit refit) {
            if (refit.state() != RefitState.RUNNING) {
                return NONE;
            }
            return switch (refit.phase()) {
                case "dataset" -> FEATURES;
                case "load", "folds", "fit", "export", "verify" -> TRAINING;
                default -> NONE;
            };
        }

        String title(Refit refit) {
            return title + refit.model();
        }

        double share(int percent) {
            return (double) (percent - from) / (to - from);
        }
    }
}
