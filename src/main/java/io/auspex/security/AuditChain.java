package io.auspex.security;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.auspex.platform.Json;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The audit log as a chain: the hash of a row is the SHA-256 of the JSON array {@code [seq, at,
 * actor, via, role, origin, action, target, outcome, detail, previous]}, all texts, UTF-8, the time
 * in ISO 8601 UTC. {@code previous} is the hash of the row before, 64 zeros for the first. Whoever
 * appends holds the row of the head, so that writers of all processes take turns.
 */
final class AuditChain {

    /** What the first row follows. */
    static final String START = "0".repeat(64);

    private static final int PAGE = 2_000;

    private static final String HEAD = "select seq, hash from audit_head";
    private static final String APPEND =
            """
            insert into audit (seq, at, actor, via, role, origin, action, target, outcome, detail, previous, hash)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """;
    private static final String MOVE = "update audit_head set seq = $1, hash = $2";

    private AuditChain() {}

    /** A row of the log. */
    record Row(long seq, AuditEntry entry, String previous, String hash) {

        String computed() {
            return hashed(seq, entry, previous);
        }
    }

    /**
     * A place in the chain that somebody has written down: what comes before it cannot be changed
     * unnoticed by anyone any more.
     */
    record Anchor(long seq, String hash) {

        /**
         * @param text {@code <seq>:<hash>}
         */
        static Optional<Anchor> parse(String text) {
            String[] parts = text.split(":", -1);
            if (parts.length != 2
                    || !parts[0].matches("[0-9]{1,18}")
                    || !parts[1].matches("[0-9a-f]{64}")) {
                return Optional.empty();
            }
            return Optional.of(new Anchor(Long.parseLong(parts[0]), parts[1]));
        }

        @Override
        public String toString() {
            return seq + ":" + hash;
        }
    }

    /** Appends within a transaction, which then holds the head until its end. */
    static void append(Connection connection, List<AuditEntry> entries) throws SQLException {
        if (entries.isEmpty()) {
            return;
        }
        Anchor head = head(connection, true);
        long seq = head.seq();
        String previous = head.hash();
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "insert into audit (seq, at, actor, via, role, origin, action, target,"
                                + " outcome, detail, previous, hash)"
                                + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (AuditEntry entry : entries) {
                seq++;
                String hash = hashed(seq, entry, previous);
                insert.setLong(1, seq);
                insert.setObject(2, entry.at().atOffset(ZoneOffset.UTC));
                insert.setString(3, entry.actor());
                insert.setString(4, entry.via());
                insert.setString(5, entry.role());
                insert.setString(6, entry.origin());
                insert.setString(7, entry.action());
                insert.setString(8, entry.target());
                insert.setString(9, entry.outcome());
                insert.setString(10, entry.detail());
                insert.setString(11, previous);
                insert.setString(12, hash);
                insert.addBatch();
                previous = hash;
            }
            insert.executeBatch();
        }
        try (PreparedStatement update =
                connection.prepareStatement("update audit_head set seq = ?, hash = ?")) {
            update.setLong(1, seq);
            update.setString(2, previous);
            update.executeUpdate();
        }
    }

    /** The same in a transaction of the reactive client. */
    static Uni<Void> append(SqlConnection connection, AuditEntry entry) {
        return connection
                .query(HEAD + " for update")
                .execute()
                .chain(rows -> {
                    var head = rows.iterator().next();
                    long seq = head.getLong("seq") + 1;
                    String previous = head.getString("hash");
                    String hash = hashed(seq, entry, previous);
                    return connection
                            .preparedQuery(APPEND)
                            .execute(values(seq, entry, previous, hash))
                            .chain(() ->
                                    connection.preparedQuery(MOVE).execute(Tuple.of(seq, hash)));
                })
                .replaceWithVoid();
    }

    private static Tuple values(long seq, AuditEntry entry, String previous, String hash) {
        return Tuple.from(
                List.of(
                        seq,
                        entry.at().atOffset(ZoneOffset.UTC),
                        entry.actor(),
                        entry.via(),
                        entry.role(),
                        entry.origin(),
                        entry.action(),
                        entry.target(),
                        entry.outcome(),
                        entry.detail(),
                        previous,
                        hash));
    }

    static Anchor head(Connection connection, boolean lock) throws SQLException {
        try (PreparedStatement select =
                        connection.prepareStatement(HEAD + (lock ? " for update" : ""));
                ResultSet row = select.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("the end of the audit log is missing");
            }
            return new Anchor(row.getLong(1), row.getString(2));
        }
    }

    /**
     * Reads the whole chain.
     *
     * @param anchor somewhere that it must pass through; null for none
     * @param progress hears of rows checked, now and then
     */
    static AuditReport verify(Connection connection, @Nullable Anchor anchor, LongConsumer progress)
            throws SQLException {
        // The head first: rows that are appended meanwhile come after it.
        Anchor head = head(connection, false);
        long expected = 1;
        String previous = START;
        boolean anchored = anchor == null || anchor.seq() == 0;
        while (expected <= head.seq()) {
            List<Row> page = AuditRows.page(connection, expected - 1, PAGE);
            if (page.isEmpty()) {
                break;
            }
            for (Row row : page) {
                if (row.seq() > head.seq()) {
                    break;
                }
                Optional<String> fault = fault(row, expected, previous);
                if (fault.isPresent()) {
                    return AuditReport.broken(expected - 1, head, expected, fault.get());
                }
                if (anchor != null && row.seq() == anchor.seq()) {
                    if (!row.hash().equals(anchor.hash())) {
                        return AuditReport.broken(
                                expected - 1,
                                head,
                                row.seq(),
                                "its hash is not that of the anchor: the log was written anew");
                    }
                    anchored = true;
                }
                previous = row.hash();
                expected++;
            }
            progress.accept(expected - 1);
        }
        if (expected - 1 < head.seq()) {
            return AuditReport.broken(
                    expected - 1,
                    head,
                    expected,
                    "the log ends before its head at " + head.seq() + ": rows were removed");
        }
        if (!previous.equals(head.hash())) {
            return AuditReport.broken(
                    expected - 1, head, head.seq(), "its hash is not that of the head");
        }
        if (!anchored) {
            return AuditReport.broken(
                    expected - 1,
                    head,
                    expected,
                    "the log ends before the anchor: rows were removed, and the head with them");
        }
        return AuditReport.intact(head);
    }

    private static Optional<String> fault(Row row, long expected, String previous) {
        if (row.seq() != expected) {
            return Optional.of("it is missing: the next row is " + row.seq());
        }
        if (!row.previous().equals(previous)) {
            return Optional.of("it does not follow the row before");
        }
        if (!row.computed().equals(row.hash())) {
            return Optional.of("its content is not what its hash says");
        }
        return Optional.empty();
    }

    private static String hashed(long seq, AuditEntry entry, String previous) {
        List<String> content =
                List.of(
                        Long.toString(seq),
                        entry.at().toString(),
                        entry.actor(),
                        entry.via(),
                        entry.role(),
                        entry.origin(),
                        entry.action(),
                        entry.target(),
                        entry.outcome(),
                        entry.detail(),
                        previous);
        try {
            String json = Json.mapper().writeValueAsString(content);
            return HexFormat.of().formatHex(KeyToken.digest(json));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts can be written as JSON", e);
        }
    }

    static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getLong("seq"),
                new AuditEntry(
                        row.getObject("at", OffsetDateTime.class).toInstant(),
                        row.getString("actor"),
                        row.getString("via"),
                        row.getString("role"),
                        row.getString("origin"),
                        row.getString("action"),
                        row.getString("target"),
                        row.getString("outcome"),
                        row.getString("detail")),
                row.getString("previous"),
                row.getString("hash"));
    }
}
