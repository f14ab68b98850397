package io.auspex.ingest;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.nio.file.Path;

/** A file of candles, as its name {@code <SYMBOL>-<timeframe>.csv[.gz]} describes it. */
record CandleFile(Path path, Symbol symbol, Timeframe timeframe) {

    private static final String PLAIN = ".csv";
    private static final String COMPRESSED = ".csv.gz";

    /**
     * Whether a file is meant to hold candles; a folder may hold other things, such as a readme.
     */
    static boolean isMeant(Path path) {
        String name = nameOf(path);
        return !name.startsWith(".") && (name.endsWith(PLAIN) || name.endsWith(COMPRESSED));
    }

    /**
     * @throws IllegalArgumentException when the name says neither symbol nor timeframe
     */
    static CandleFile of(Path path) {
        String name = nameOf(path);
        String stem =
                name.substring(
                        0, name.length() - (name.endsWith(PLAIN) ? PLAIN : COMPRESSED).length());
        int dash = stem.lastIndexOf('-');
        if (dash < 0) {
            throw new IllegalArgumentException(
                    "file name must be <SYMBOL>-<timeframe>.csv or .csv.gz");
        }
        return new CandleFile(
                path, new Symbol(stem.substring(0, dash)), Timeframe.of(stem.substring(dash + 1)));
    }

    boolean isCompressed() {
        return name().endsWith(COMPRESSED);
    }

    /** The name without the folder. */
    String name() {
        return nameOf(path);
    }

    static String nameOf(Path path) {
        Path name = path.getFileName();
        return name == null ? path.toString() : name.toString();
    }
}
