package io.auspex.signals;

import java.time.Instant;

/**
 * A signal that was published while the database was away: it lies in the local spool, has no id
 * and no sequence number yet, and comes again as a {@link Signal} when the ledger has it. Feed,
 * model, symbol and close time say which it is.
 *
 * @param spooledAt when it was on disk
 */
public record ProvisionalSignal(PendingSignal signal, Instant spooledAt) {}
