package io.auspex.signals;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of the closes since the process started.
 *
 * @param emitted signals committed and published
 * @param lastClose close time of the newest published signals; null before the first
 * @param skippedCloses closes whose signals the database refused: they are missing from the ledger
 * @param spooled signals that wait in the local spool for the database
 * @param lastError of the last skipped close, in one sentence; null when there was none
 */
public record SignalsStatus(
        long emitted,
        @Nullable Instant lastClose,
        long skippedCloses,
        long spooled,
        @Nullable String lastError) {

    static final SignalsStatus FRESH = new SignalsStatus(0, null, 0, 0, null);

    SignalsStatus emitted(Instant closeTime, int signals) {
        return new SignalsStatus(emitted + signals, closeTime, skippedCloses, spooled, lastError);
    }

    SignalsStatus skipped(Instant closeTime, int signals, String cause) {
        return new SignalsStatus(
                emitted,
                lastClose,
                skippedCloses + 1,
                spooled,
                "the %d signals of %s were not stored: %s".formatted(signals, closeTime, cause));
    }

    SignalsStatus waiting(long inSpool) {
        return new SignalsStatus(emitted, lastClose, skippedCloses, inSpool, lastError);
    }
}
