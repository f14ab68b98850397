package io.auspex.feedback;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The newest outcomes of a version and its whole windows. Holds {@code recent} outcomes, those of
 * the window that is being filled, and {@code windows} windows. Not thread-safe.
 */
final class Scoreboard {

    private final int recentSize;
    private final int windowSize;
    private final int windowsKept;
    private final Deque<Scored> recent = new ArrayDeque<>();
    private final List<Scored> filling = new ArrayList<>();
    private final Deque<OutcomeWindow> windows = new ArrayDeque<>();

    /** An outcome, with what the reference would have said. */
    private record Scored(JudgedForecast forecast, double baseUp, double baseDown) {}

    Scoreboard(int recentSize, int windowSize, int windowsKept) {
        this.recentSize = recentSize;
        this.windowSize = windowSize;
        this.windowsKept = windowsKept;
    }

    /** Takes an outcome, with what the base rates would have said. */
    void add(JudgedForecast forecast, double baseUp, double baseDown) {
        Scored scored = new Scored(forecast, baseUp, baseDown);
        recent.addLast(scored);
        if (recent.size() > recentSize) {
            recent.removeFirst();
        }
        filling.add(scored);
        if (filling.size() == windowSize) {
            windows.addLast(window(filling));
            filling.clear();
            if (windows.size() > windowsKept) {
                windows.removeFirst();
            }
        }
    }

    List<OutcomeWindow> windows() {
        return List.copyOf(windows);
    }

    Optional<OutcomeWindow> recent() {
        return recent.isEmpty() ? Optional.empty() : Optional.of(window(recent));
    }

    /** Closes that the newest outcomes are of, when there are as many as can be; else 0. */
    int recentCloses() {
        return recent.size() < recentSize
                ? 0
                : (int)
                        recent.stream()
                                .mapToLong(scored -> scored.forecast().closeTimeMillis())
                                .distinct()
                                .count();
    }

    private static OutcomeWindow window(Collection<Scored> outcomes) {
        double right = 0;
        double baseRight = 0;
        double loss = 0;
        double baseLoss = 0;
        double directionLoss = 0;
        double baseDirectionLoss = 0;
        int moves = 0;
        double brier = 0;
        double inside = 0;
        int intervals = 0;
        long from = Long.MAX_VALUE;
        long to = Long.MIN_VALUE;
        for (Scored scored : outcomes) {
            JudgedForecast forecast = scored.forecast();
            right += forecast.right() ? 1 : 0;
            baseRight += forecast.right(scored.baseUp(), scored.baseDown()) ? 1 : 0;
            loss += forecast.loss();
            baseLoss += forecast.loss(scored.baseUp(), scored.baseDown());
            if (forecast.moved()) {
                moves++;
                directionLoss += forecast.directionLoss();
                baseDirectionLoss += forecast.directionLoss(scored.baseUp(), scored.baseDown());
            }
            brier += forecast.brier();
            Boolean hit = forecast.inside();
            if (hit != null) {
                intervals++;
                inside += hit ? 1 : 0;
            }
            from = Math.min(from, forecast.closeTimeMillis());
            to = Math.max(to, forecast.closeTimeMillis());
        }
        int n = outcomes.size();
        return new OutcomeWindow(
                Instant.ofEpochMilli(from),
                Instant.ofEpochMilli(to),
                n,
                right / n,
                baseRight / n,
                loss / n,
                baseLoss / n,
                moves,
                moves == 0 ? null : directionLoss / moves,
                moves == 0 ? null : baseDirectionLoss / moves,
                brier / n,
                intervals == 0 ? null : inside / intervals);
    }
}
