package io.auspex.security;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The audit log for spreadsheets and for machines that want CSV (RFC 4180). */
public final class AuditTable {

    private static final List<String> HEADER =
            List.of(
                    "seq", "at", "actor", "subject", "via", "role", "origin", "action", "target",
                    "outcome", "detail", "hash");

    private AuditTable() {}

    /** With a header. */
    public static String csv(List<AuditView> rows) {
        StringWriter text = new StringWriter();
        try (CsvWriter writer = CsvWriter.builder().build(text)) {
            writer.writeRecord(HEADER);
            rows.forEach(row -> write(writer, row));
        } catch (IOException impossible) {
            throw new UncheckedIOException("memory can be written to", impossible);
        }
        return text.toString();
    }

    private static void write(CsvWriter writer, AuditView row) {
        writer.writeRecord(
                Long.toString(row.seq()),
                row.at().toString(),
                row.actor(),
                plain(row.subject()),
                row.via(),
                row.role(),
                plain(row.origin()),
                row.action(),
                plain(row.target()),
                row.outcome(),
                plain(row.detail()),
                row.hash());
    }

    /** What a spreadsheet would take for a formula is given as text. */
    private static String plain(@Nullable String cell) {
        if (cell == null || cell.isEmpty()) {
            return "";
        }
        return "=+-@\t\r".indexOf(cell.charAt(0)) >= 0 ? "'" + cell : cell;
    }
}
