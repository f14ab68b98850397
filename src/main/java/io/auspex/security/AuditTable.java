package io.auspex.security;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.StringWriter;
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
        CsvWriter writer = CsvWriter.builder().build(text);
        writer.writeRecord(HEADER);
        for (AuditView row : rows) {
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
        return text.toString();
    }

    /** What a spreadsheet would take for a formula is given as text. */
    private static String plain(@Nullable String cell) {
        if (cell == null || cell.isEmpty()) {
            return "";
        }
        return "=+-@\t\r".indexOf(cell.charAt(0)) >= 0 ? "'" + cell : cell;
    }
}
