package io.auspex.trades;

import io.auspex.market.Symbol;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A closed trade as somebody reported it; valid in itself.
 *
 * @param id the trader's own, unique for ever
 * @param exitTime not before {@code entryTime}
 * @param pnl profit or loss after fees, in whatever currency the trader counts
 * @param pnlPercent the same as percent of the position: 1.5 is one and a half percent; of the same
 *     sign as {@code pnl}
 * @param signalId of the signal that it came from; null when it came from none
 * @param contentSha256 of everything reported, so that a repetition can be told from a change
 */
record ReportedTrade(
        String id,
        Symbol symbol,
        Direction direction,
        Instant entryTime,
        double entryPrice,
        Instant exitTime,
        double exitPrice,
        double pnl,
        double pnlPercent,
        @Nullable String signalId,
        EntryContext context,
        String contentSha256) {

    static final int MAX_ID_CHARS = 128;

    ReportedTrade {
        if (id.isBlank() || id.length() > MAX_ID_CHARS) {
            throw new IllegalArgumentException("id must be 1 to " + MAX_ID_CHARS + " characters");
        }
        if (exitTime.isBefore(entryTime)) {
            throw new IllegalArgumentException(
                    "exit_time " + exitTime + " is before entry_time " + entryTime);
        }
        if (!(entryPrice > 0) || !(exitPrice > 0)) {
            throw new IllegalArgumentException("prices must be positive");
        }
        if (Math.signum(pnl) != Math.signum(pnlPercent)) {
            throw new IllegalArgumentException(
                    "pnl %s and pnl_percent %s differ in sign".formatted(pnl, pnlPercent));
        }
    }

    ReportedTrade with(EntryContext other) {
        return new ReportedTrade(
                id,
                symbol,
                direction,
                entryTime,
                entryPrice,
                exitTime,
                exitPrice,
                pnl,
                pnlPercent,
                signalId,
                other,
                contentSha256);
    }
}
