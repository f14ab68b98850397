package io.auspex.security;

import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the audit log, and the addresses in it. */
final class AuditRows {

    private static final String ENCRYPTED = "enc:";
    private static final String CONTEXT = "audit origin";

    private AuditRows() {}

    /** Rows after a sequence number, in its order. */
    static List<AuditChain.Row> page(Connection connection, long after, int limit)
            throws SQLException {
        List<AuditChain.Row> rows = new ArrayList<>();
        try (PreparedStatement select =
                connection.prepareStatement(
                        "select * from audit where seq > ? order by seq limit ?")) {
            select.setLong(1, after);
            select.setInt(2, limit);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    rows.add(AuditChain.row(row));
                }
            }
        }
        return rows;
    }

    /**
     * Rows after a sequence number as they can be read now.
     *
     * @param action null for all
     */
    static List<AuditView> views(
            Connection connection, long after, int limit, @Nullable String action)
            throws SQLException {
        List<AuditView> views = new ArrayList<>();
        try (PreparedStatement select =
                connection.prepareStatement(
                        "select a.*, s.name, s.secret from audit a"
                                + " left join subject s on s.pseudonym = a.actor"
                                + " where a.seq > ? and (?::text is null or a.action = ?)"
                                + " order by a.seq limit ?")) {
            select.setLong(1, after);
            select.setString(2, action);
            select.setString(3, action);
            select.setInt(4, limit);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    views.add(view(row));
                }
            }
        }
        return views;
    }

    private static AuditView view(ResultSet result) throws SQLException {
        AuditChain.Row row = AuditChain.row(result);
        AuditEntry entry = row.entry();
        byte[] secret = result.getBytes("secret");
        return new AuditView(
                row.seq(),
                entry.at(),
                entry.actor(),
                result.getString("name"),
                entry.via(),
                entry.role(),
                opened(entry.origin(), secret).orElse(null),
                entry.action(),
                entry.target(),
                entry.outcome(),
                entry.detail(),
                row.hash());
    }

    /** An address that only the subject's row can make readable. */
    static String sealed(String address, Subjects.Subject subject) {
        byte[] nonce = AesGcm.nonce();
        byte[] ciphertext = AesGcm.encrypt(subject.secret(), nonce, CONTEXT, address);
        byte[] all = Arrays.copyOf(nonce, nonce.length + ciphertext.length);
        System.arraycopy(ciphertext, 0, all, nonce.length, ciphertext.length);
        return ENCRYPTED + Base64.getEncoder().encodeToString(all);
    }

    private static Optional<String> opened(String origin, byte @Nullable [] secret) {
        if (!origin.startsWith(ENCRYPTED)) {
            return Optional.of(origin);
        }
        if (secret == null) {
            return Optional.empty();
        }
        try {
            byte[] all = Base64.getDecoder().decode(origin.substring(ENCRYPTED.length()));
            return Optional.of(
                    AesGcm.decrypt(
                            secret,
                            Arrays.copyOf(all, AesGcm.NONCE_BYTES),
                            CONTEXT,
                            Arrays.copyOfRange(all, AesGcm.NONCE_BYTES, all.length)));
        } catch (GeneralSecurityException | IllegalArgumentException changed) {
            return Optional.empty();
        }
    }
}
