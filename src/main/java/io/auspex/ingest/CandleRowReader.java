package io.auspex.ingest;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/**
 * Reads one candle file row by row and refuses, one by one, the rows that are no candles. What is
 * unreadable from some point on (a truncated gzip, a disk error) costs what comes after that point,
 * with one reason, and nothing before it.
 */
final class CandleRowReader implements AutoCloseable {

    /**
     * Quotes have no meaning in candle files, and a stray one must not swallow the rows after it:
     * the quote character is one that Latin-1 text cannot contain.
     */
    private static final char NO_QUOTE = '\uE000';

    private final CandleFile file;
    private final Consumer<RefusedRow> refused;
    private final SalvageStream stream;
    private final CloseableIterator<CsvRecord> records;
    private Optional<CsvRecord> ahead = Optional.empty();
    private Optional<String> broken = Optional.empty();
    private long lastLine;
    private boolean ended;

    private CandleRowReader(CandleFile file, InputStream source, Consumer<RefusedRow> refused) {
        this.file = file;
        this.refused = refused;
        stream = new SalvageStream(source);
        records =
                CsvReader.builder()
                        .quoteCharacter(NO_QUOTE)
                        .allowExtraFields(true)
                        .allowMissingFields(true)
                        .ofCsvRecord(stream, StandardCharsets.ISO_8859_1)
                        .iterator();
    }

    /** Opens a file and reads its header; a file that cannot be used is refused and has no rows. */
    static CandleRowReader open(CandleFile file, Consumer<RefusedRow> refused) {
        InputStream source = InputStream.nullInputStream();
        Optional<String> unusable = Optional.empty();
        try {
            if (Files.size(file.path()) > 0) {
                source = source(file);
            } else {
                unusable = Optional.of("the file is empty");
            }
        } catch (IOException e) {
            unusable = Optional.of("the file cannot be read: " + reasonOf(e));
        }
        CandleRowReader reader = new CandleRowReader(file, source, refused);
        if (unusable.isPresent()) {
            refused.accept(new RefusedRow(file.name(), 0, unusable.get()));
            reader.ended = true;
        } else {
            reader.readHeader();
        }
        return reader;
    }

    /** The next row that is valid by itself. */
    Optional<CandleRow> next() {
        while (!ended) {
            Optional<CsvRecord> row = nextRecord();
            if (row.isEmpty()) {
                end();
                break;
            }
            try {
                return Optional.of(CandleRow.parse(file, row.get()));
            } catch (IllegalArgumentException e) {
                refuse(row.get().getStartingLineNumber(), reasonOf(e));
            }
        }
        return Optional.empty();
    }

    void refuse(long line, String reason) {
        refused.accept(new RefusedRow(file.name(), line, reason));
    }

    @Override
    public void close() {
        try {
            records.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close " + file.path(), e);
        }
    }

    private void readHeader() {
        ahead = fetch();
        Optional<CsvRecord> header = nextRecord();
        if (header.isEmpty()) {
            if (stream.failure().isEmpty() && broken.isEmpty()) {
                refuse(0, "the file is empty");
            }
            end();
            return;
        }
        if (!header.get().getFields().equals(CandleRow.HEADER)) {
            refuse(
                    header.get().getStartingLineNumber(),
                    "the header is %s instead of '%s'; no row of the file is used"
                            .formatted(
                                    CandleRow.quote(String.join(",", header.get().getFields())),
                                    String.join(",", CandleRow.HEADER)));
            ended = true;
        } else if (ahead.isEmpty() && stream.failure().isEmpty() && broken.isEmpty()) {
            refuse(0, "the file has no rows");
            ended = true;
        }
    }

    /** The next row that is certain to be complete. */
    private Optional<CsvRecord> nextRecord() {
        Optional<CsvRecord> current = ahead;
        if (current.isEmpty()) {
            return current;
        }
        ahead = fetch();
        boolean cutOff = ahead.isEmpty() && stream.failure().isPresent() && !stream.endsWithLine();
        if (cutOff) {
            return Optional.empty();
        }
        lastLine = current.get().getStartingLineNumber();
        return current;
    }

    private Optional<CsvRecord> fetch() {
        try {
            return records.hasNext() ? Optional.of(records.next()) : Optional.empty();
        } catch (CsvParseException | UncheckedIOException e) {
            broken = Optional.of(reasonOf(e));
            return Optional.empty();
        }
    }

    private void end() {
        ended = true;
        stream.failure()
                .map(CandleRowReader::reasonOf)
                .or(() -> broken)
                .ifPresent(this::refuseRest);
    }

    private void refuseRest(String reason) {
        refuse(lastLine + 1, "the file cannot be read from here on: " + reason);
    }

    private static InputStream source(CandleFile file) throws IOException {
        InputStream bytes = Files.newInputStream(file.path());
        if (!file.isCompressed()) {
            return bytes;
        }
        try {
            return new GZIPInputStream(bytes, 1 << 16);
        } catch (IOException e) {
            bytes.close();
            throw e;
        }
    }

    private static String reasonOf(Exception e) {
        if (e instanceof EOFException) {
            return "the compressed data ends too early";
        }
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}
