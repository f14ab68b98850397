package io.auspex.signals;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of the closes since the process started.
 *
 * @param emitted signals committed and published
 * @param lastClose close time of the newest published signals; null before the first
 * @param skippedCloses closes whose signals could not be stored and are missing from the ledger
 * @param lastError of the last skipped close, in one sentence; null when there was none
 */
public record SignalsStatus(
        long emitted, @Nullable Instant lastClose, long skippedCloses, @Nullable String lastError) {

    static final SignalsStatus FRESH = new SignalsStatus(0, null, 0, null);

    SignalsStatus emitted(Instant closeTime, int signals) {
        return new SignalsStatus(emitted + signals, closeTime, skippedCloses, lastError);
    }

    SignalsStatus skipped(Instant closeTime, int signals, String cause) {
        return new SignalsStatus(
                emitted,
                lastClose,
                skippedCloses + 1,
                "the %d signals of %s were not stored: %s".formatted(signals, closeTime, cause));
    }
}
