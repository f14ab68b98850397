package io.auspex.ingest;

import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a folder of candle files has to offer, found by reading it once.
 *
 * @param timeframe the smallest of which there is a good row
 * @param files the files to read; one without a good row is among them for its refusals
 * @param refused the files that are not read at all
 * @param symbols those with at least one good row, ordered
 * @param firstOpenMillis open time of the earliest candle
 * @param lastCloseMillis close time of the latest candle
 */
record ReplayFolder(
        Timeframe timeframe,
        List<CandleFile> files,
        List<RefusedRow> refused,
        List<Symbol> symbols,
        long firstOpenMillis,
        long lastCloseMillis) {

    /** What the good rows of some files cover. */
    private record Span(List<Symbol> symbols, long firstOpenMillis, long lastCloseMillis) {}

    private record Series(Symbol symbol, Timeframe timeframe) {}

    private static final int REASONS_SHOWN = 5;
    private static final String ADVICE =
            "give a folder with files <SYMBOL>-<timeframe>.csv or .csv.gz that have the header "
                    + String.join(",", CandleRow.HEADER);

    ReplayFolder {
        files = List.copyOf(files);
        refused = List.copyOf(refused);
        symbols = List.copyOf(symbols);
    }

    /**
     * @throws IllegalArgumentException when there is no folder, or no usable file in it
     */
    static ReplayFolder scan(Path folder) {
        List<RefusedRow> refused = new ArrayList<>();
        List<CandleFile> read = new ArrayList<>();
        Map<String, RefusedRow> firstReasons = new TreeMap<>();
        Optional<Timeframe> base = Optional.empty();
        Optional<Span> span = Optional.empty();
        for (Map.Entry<Timeframe, List<CandleFile>> entry : named(folder, refused).entrySet()) {
            if (base.isPresent()) {
                refuseLarger(entry.getValue(), base.get(), refused);
                continue;
            }
            read.addAll(entry.getValue());
            span = span(entry.getValue(), firstReasons);
            base = span.map(found -> entry.getKey());
        }
        if (base.isEmpty() || span.isEmpty()) {
            refused.forEach(row -> firstReasons.putIfAbsent(row.file(), row));
            throw new IllegalArgumentException(
                    "no usable candle file in " + folder + reasons(firstReasons.values()));
        }
        Span found = span.get();
        return new ReplayFolder(
                base.get(),
                read,
                refused,
                found.symbols(),
                found.firstOpenMillis(),
                found.lastCloseMillis());
    }

    private static Map<Timeframe, List<CandleFile>> named(Path folder, List<RefusedRow> refused) {
        Map<Timeframe, List<CandleFile>> byTimeframe = new TreeMap<>();
        Map<Series, CandleFile> taken = new HashMap<>();
        for (Path path : list(folder)) {
            try {
                CandleFile file = CandleFile.of(path);
                // Two files of one symbol and timeframe: the first by name, the plain one, is read.
                CandleFile same =
                        taken.putIfAbsent(new Series(file.symbol(), file.timeframe()), file);
                if (same != null) {
                    throw new IllegalArgumentException(
                            "the same symbol and timeframe as " + same.name());
                }
                byTimeframe
                        .computeIfAbsent(file.timeframe(), timeframe -> new ArrayList<>())
                        .add(file);
            } catch (IllegalArgumentException e) {
                refused.add(
                        new RefusedRow(CandleFile.nameOf(path), 0, String.valueOf(e.getMessage())));
            }
        }
        return byTimeframe;
    }

    private static List<Path> list(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException("there is no folder " + folder + ": " + ADVICE);
        }
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.filter(Files::isRegularFile).filter(CandleFile::isMeant).sorted().toList();
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot list " + folder + ": " + e.getMessage(), e);
        }
    }

    private static Optional<Span> span(
            List<CandleFile> files, Map<String, RefusedRow> firstReasons) {
        Set<Symbol> symbols = new HashSet<>();
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (CandleFile file : files) {
            try (CandleReader reader =
                    CandleReader.open(file, row -> firstReasons.putIfAbsent(row.file(), row))) {
                for (Optional<Candle> candle = reader.next();
                        candle.isPresent();
                        candle = reader.next()) {
                    symbols.add(file.symbol());
                    first = Math.min(first, candle.get().openTimeMillis());
                    last = Math.max(last, candle.get().closeTimeMillis());
                }
            }
        }
        if (symbols.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Span(symbols.stream().sorted().toList(), first, last));
    }

    private static void refuseLarger(
            List<CandleFile> files, Timeframe base, List<RefusedRow> refused) {
        for (CandleFile file : files) {
            refused.add(
                    new RefusedRow(
                            file.name(),
                            0,
                            "timeframe %s is not read: the smallest here is %s, and larger ones are made of it"
                                    .formatted(file.timeframe(), base)));
        }
    }

    private static String reasons(Collection<RefusedRow> rows) {
        StringBuilder text = new StringBuilder(": ").append(ADVICE);
        rows.stream()
                .limit(REASONS_SHOWN)
                .forEach(row ->
                        text.append(
                                "%n  %s line %d: %s"
                                        .formatted(row.file(), row.line(), row.reason())));
        return text.toString();
    }
}
