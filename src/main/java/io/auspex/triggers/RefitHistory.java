package io.auspex.triggers;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The refits of a model, as far as decisions need them. Moments are of the model's clock but for
 * {@code requestedAt}, which is the database's.
 *
 * @param since when this model was first looked at: what the schedule counts from before any refit
 * @param starts newest first, at most {@value #MAX_STARTS}
 * @param open the refit that is queued or runs; null when none does
 * @param failures refits that failed one after the other up to now
 * @param lastFailure why the last of them did; null when there is none
 */
record RefitHistory(
        Instant since,
        List<Start> starts,
        @Nullable Long open,
        int failures,
        @Nullable String lastFailure) {

    static final int MAX_STARTS = 100;

    /** A refit was put into the queue. */
    record Start(long refit, Instant at, Instant requestedAt) {}

    RefitHistory {
        starts = starts.stream().limit(MAX_STARTS).toList();
    }

    static RefitHistory none(Instant since) {
        return new RefitHistory(since, List.of(), null, 0, null);
    }

    Optional<Start> last() {
        return starts.stream().findFirst();
    }

    /** The last start, or when counting began. */
    Instant anchor() {
        return last().map(Start::at).orElse(since);
    }

    boolean knows(long refit) {
        return starts.stream().anyMatch(start -> start.refit() == refit);
    }

    RefitHistory started(Start start) {
        List<Start> all = new ArrayList<>();
        all.add(start);
        all.addAll(starts);
        return new RefitHistory(since, all, start.refit(), failures, lastFailure);
    }

    /** It came to a decision of the gate. */
    RefitHistory succeeded(long refit) {
        return new RefitHistory(since, starts, openWithout(refit), 0, null);
    }

    RefitHistory failed(long refit, String reason) {
        // Told twice it counts once.
        int counted = open != null && open == refit ? failures + 1 : failures;
        return new RefitHistory(since, starts, openWithout(refit), counted, reason);
    }

    /** A cancelled refit says nothing about the next one. */
    RefitHistory cancelled(long refit) {
        return new RefitHistory(since, starts, openWithout(refit), failures, lastFailure);
    }

    /** Somebody has looked at the failures. */
    RefitHistory resumed() {
        return new RefitHistory(since, starts, open, 0, null);
    }

    /** Moments after now belong to another run of a market that has begun again. */
    RefitHistory upTo(Instant now) {
        if (!since.isAfter(now) && starts.stream().noneMatch(start -> start.at().isAfter(now))) {
            return this;
        }
        List<Start> passed = starts.stream().filter(start -> !start.at().isAfter(now)).toList();
        return new RefitHistory(
                since.isAfter(now) ? now : since, passed, open, failures, lastFailure);
    }

    private @Nullable Long openWithout(long refit) {
        return open != null && open == refit ? null : open;
    }
}
