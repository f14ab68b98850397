package io.auspex.security;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;

/**
 * A change that is about to be made by a transaction of the reactive client, which records it: with
 * the change or not at all. Who makes it is known before, so that the transaction needs no other
 * connection.
 */
public final class AuditedChange {

    private final AuditEntry entry;

    AuditedChange(AuditEntry entry) {
        this.entry = entry;
    }

    /**
     * Appends it to the log. The last statement of its transaction, which holds the end of the log
     * from here on.
     *
     * @param detail what was changed
     */
    public Uni<Void> append(SqlConnection connection, String detail) {
        return AuditChain.append(connection, entry.with(detail));
    }
}
