package io.auspex.backtest;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A backtest or a dry run as it stands.
 *
 * @param phase such as {@code queued}, {@code closes}, {@code refit 3: folds}, {@code random
 *     entries}, {@code done}
 * @param percent of the whole; 0 of a dry run, which has no end
 * @param remainingSeconds as far as it looks; null when it cannot be told
 * @param attempt how many processes have worked on it
 * @param position the last close that is stored as accounted for; null before the first
 * @param reason why it failed; null when it did not
 */
public record Backtest(
        long id,
        BacktestKind kind,
        String model,
        BacktestState state,
        String phase,
        int percent,
        @Nullable Long remainingSeconds,
        int attempt,
        @Nullable Instant position,
        @Nullable String reason,
        BacktestPlan plan,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt) {}
