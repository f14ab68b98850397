package io.auspex.security;

import org.jspecify.annotations.Nullable;

/**
 * What became of checking the audit log.
 *
 * @param rows how many were checked and found to follow one another
 * @param head {@code <seq>:<hash>} of its end: to be written down elsewhere, and given at the next
 *     check
 * @param brokenAt the first row that is not as it was written; null when there is none
 */
public record AuditReport(
        boolean intact, long rows, String head, @Nullable Long brokenAt, @Nullable String reason) {

    static AuditReport intact(AuditChain.Anchor head) {
        return new AuditReport(true, head.seq(), head.toString(), null, null);
    }

    static AuditReport broken(long rows, AuditChain.Anchor head, long at, String reason) {
        return new AuditReport(false, rows, head.toString(), at, reason);
    }
}
