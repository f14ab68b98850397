package io.auspex.backtest;

import io.auspex.backtest.RunState.Walk;
import io.auspex.backtest.VersionFiles.VersionFile;
import io.auspex.backtest.VersionPlan.Stage;
import io.auspex.feedback.RangeGuards;
import io.auspex.serving.PastModel;
import io.auspex.signals.DecisionRule;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Stored versions, one after the other. */
final class StagedVersions implements VersionSource {

    private final String model;
    private final List<Stage> stages;
    private final DecisionRule rule;
    private final VersionFiles files;
    private final RangeGuards guards;
    private @Nullable Stage stage;
    private @Nullable OpenVersion open;
    private long closedNanos;

    StagedVersions(BacktestPlan plan, VersionFiles files, RangeGuards guards) {
        this(plan.model(), plan.versions().stages(), plan.rule(), files, guards);
    }

    /**
     * @param model its name in the registry
     */
    StagedVersions(
            String model,
            List<Stage> stages,
            DecisionRule rule,
            VersionFiles files,
            RangeGuards guards) {
        this.model = model;
        this.stages = List.copyOf(stages);
        this.rule = rule;
        this.files = files;
        this.guards = guards;
    }

    @Override
    public Optional<OpenVersion> at(long closeMillis, long beforeMillis) {
        Stage next = stageAt(stages, closeMillis);
        if (next != null && next != stage) {
            close();
            VersionFile file = files.version(next.version());
            PastModel past = PastModel.open(file.onnx(), model, file.number(), file.unproven());
            open = OpenVersion.of(past, rule, guards.of(past.model().schema(), file.report()));
            stage = next;
        }
        return Optional.ofNullable(open);
    }

    private static @Nullable Stage stageAt(List<Stage> stages, long closeMillis) {
        Stage found = null;
        for (Stage candidate : stages) {
            if (candidate.from().toEpochMilli() <= closeMillis) {
                found = candidate;
            }
        }
        return found;
    }

    @Override
    public boolean hasSeen(long closeMillis) {
        return stage != null && stage.hasSeen(closeMillis);
    }

    @Override
    public Walk walk() {
        return Walk.BEGIN;
    }

    @Override
    public long scoringNanos() {
        return closedNanos + (open == null ? 0 : open.past().scoringNanos());
    }

    @Override
    public void close() {
        if (open != null) {
            closedNanos += open.past().scoringNanos();
            open.close();
            open = null;
        }
    }
}
