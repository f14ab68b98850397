package io.auspex.ingest;

import io.auspex.market.Candle;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.platform.Await;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The candles in PostgreSQL. The first version of a candle stays for ever: the same again changes
 * nothing, and another version of it is noted as a correction, not applied, because the first one
 * may have made a signal. One statement writes a whole batch, so a batch is stored entirely or not
 * at all.
 */
@ApplicationScoped
public class CandleStore implements CandleHistory {

    private static final String PAGE =
            """
            select symbol, open_time, open, high, low, close, volume from candle
            where feed = $1 and timeframe = $2 and open_time >= $3 and open_time <= $5
              and (open_time, symbol collate "C") > ($3, $4)
              and (cardinality($7::text[]) = 0 or symbol = any($7::text[]))
            order by open_time, symbol collate "C"
            limit $6
            """;

    private static final String EXTENT =
            """
            select count(*) as candles, min(open_time) as first, max(open_time) as last from candle
            where feed = $1 and timeframe = $2
            """;

    private static final String COUNT_AFTER =
            """
            select count(*) as candles from candle
            where feed = $1 and timeframe = $2 and open_time > $3
              and (cardinality($4::text[]) = 0 or symbol = any($4::text[]))
            """;

    private static final String LAST =
            "select max(open_time) as last from candle where feed = $1 and timeframe = $2";

    private static final int MOST_WAITING = 100_000;
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(2);

    private final Pool pool;
    private final CandleWrites writes;
    private final WaitingWrites waiting;
    private final Duration writeTimeout;
    private final int batchRows;
    private final int pageRows;

    @Inject
    CandleStore(Pool pool, IngestConfig config, MeterRegistry metrics) {
        this(
                pool,
                config.candles().batch(),
                config.candles().page(),
                config.candles().waiting(),
                config.candles().writeTimeout());
        Gauge.builder("auspex.candles.waiting", waiting, WaitingWrites::candles)
                .description("Candles that were handed on and wait in memory for the database")
                .register(metrics);
    }

    CandleStore(Pool pool, int batchRows, int pageRows) {
        this(pool, batchRows, pageRows, MOST_WAITING, WRITE_TIMEOUT);
    }

    /**
     * @param mostWaiting candles that may wait in memory for the database
     * @param writeTimeout of a live close
     */
    CandleStore(Pool pool, int batchRows, int pageRows, int mostWaiting, Duration writeTimeout) {
        if (batchRows < 1 || pageRows < 1) {
            throw new IllegalArgumentException(
                    "auspex.candles.batch and auspex.candles.page must be at least 1");
        }
        this.pool = pool;
        this.writes = new CandleWrites(pool, batchRows);
        this.waiting = new WaitingWrites(mostWaiting);
        this.writeTimeout = writeTimeout;
        this.batchRows = batchRows;
        this.pageRows = pageRows;
    }

    /**
     * What is stored of a feed.
     *
     * @param firstCloseTimeMillis empty when nothing is
     * @param lastCloseTimeMillis empty when nothing is
     */
    public record Extent(
            long candles, OptionalLong firstCloseTimeMillis, OptionalLong lastCloseTimeMillis) {}

    /**
     * What a write did.
     *
     * @param added candles that were new
     * @param corrections other versions of stored candles that were noted for the first time
     * @param repaired new candles that had been noted as missing
     */
    public record Written(long added, long corrections, long repaired) {

        static final Written NOTHING = new Written(0, 0, 0);

        Written plus(Written other) {
            return new Written(
                    added + other.added,
                    corrections + other.corrections,
                    repaired + other.repaired);
        }
    }

    /** What was handed on before it could be stored; it counts as stored for those who read. */
    WaitingWrites waiting() {
        return waiting;
    }

    /** How long a write of a live close may take. */
    Duration writeTimeout() {
        return writeTimeout;
    }

    /** Most candles that one statement writes. */
    public int batchRows() {
        return batchRows;
    }

    /**
     * Stores closes of one feed, in batches one after the other. After a failure the batches before
     * it are stored; doing it all again is safe.
     *
     * @param closes of one feed and one timeframe, in strictly increasing time
     * @return how many candles were new
     */
    public Uni<Long> store(List<MarketClose> closes) {
        return write(closes).map(Written::added);
    }

    /** The same, telling more. */
    Uni<Written> write(List<MarketClose> closes) {
        requireOrder(closes);
        if (closes.isEmpty()) {
            return Uni.createFrom().item(Written.NOTHING);
        }
        return writes.write(
                closes.getFirst().feed(),
                closes.stream().flatMap(close -> close.candles().stream()).toList());
    }

    /**
     * Stores candles of one feed and one timeframe that need not be ordered by time.
     *
     * @param candles each of another place
     */
    Uni<Written> write(String feed, List<Candle> candles) {
        return writes.write(feed, candles);
    }

    /** Notes that candles which close then are missing. */
    Uni<Void> missing(
            String feed, Timeframe timeframe, long closeTimeMillis, List<Symbol> symbols) {
        return writes.missing(feed, timeframe, closeTimeMillis - timeframe.millis(), symbols);
    }

    /** {@link #store(List)}, waited for: call it from a virtual thread. */
    public long storeAndAwait(List<MarketClose> closes) {
        return Await.item(() -> store(closes));
    }

    @Override
    public List<MarketClose> closes(
            String feed, Timeframe timeframe, long fromCloseExclusive, long toCloseInclusive) {
        List<MarketClose> closes = new ArrayList<>();
        forEachClose(feed, timeframe, fromCloseExclusive, toCloseInclusive, closes::add);
        return List.copyOf(closes);
    }

    /**
     * Hands over closes in increasing time, holding one page of candles in memory, whatever the
     * range. Blocking: call it from a virtual thread.
     */
    public void forEachClose(
            String feed,
            Timeframe timeframe,
            long fromCloseExclusive,
            long toCloseInclusive,
            Consumer<MarketClose> consumer) {
        forEachClose(feed, timeframe, List.of(), fromCloseExclusive, toCloseInclusive, consumer);
    }

    /**
     * As {@link CandleHistory} has it. Closes that wait to be stored come after the stored ones.
     */
    @Override
    public void forEachClose(
            String feed,
            Timeframe timeframe,
            Collection<Symbol> symbols,
            long fromCloseExclusive,
            long toCloseInclusive,
            Consumer<MarketClose> consumer) {
        // Before the first look into the database: what is stored meanwhile is seen there or here.
        List<MarketClose> unstored =
                waiting.closes(feed, timeframe, fromCloseExclusive, toCloseInclusive);
        long[] last = {Long.MIN_VALUE};
        forEachStoredClose(
                feed,
                timeframe,
                symbols,
                fromCloseExclusive,
                toCloseInclusive,
                close -> {
                    last[0] = close.closeTimeMillis();
                    consumer.accept(close);
                });
        for (MarketClose close : unstored) {
            if (close.closeTimeMillis() > last[0]) {
                close.of(symbols).ifPresent(consumer);
            }
        }
    }

    private void forEachStoredClose(
            String feed,
            Timeframe timeframe,
            Collection<Symbol> symbols,
            long fromCloseExclusive,
            long toCloseInclusive,
            Consumer<MarketClose> consumer) {
        String[] names = symbols.stream().map(Symbol::name).toArray(String[]::new);
        // Every symbol sorts after the empty one, so this starts with the next moment, whole.
        long afterOpen = openOf(fromCloseExclusive, timeframe) + 1;
        String afterSymbol = "";
        long lastOpen = openOf(toCloseInclusive, timeframe);
        CloseAssembly assembly = new CloseAssembly(feed, consumer);
        while (true) {
            List<Candle> page = page(feed, timeframe, names, afterOpen, afterSymbol, lastOpen);
            page.forEach(assembly::add);
            if (page.size() < pageRows) {
                assembly.finish();
                return;
            }
            afterOpen = page.getLast().openTimeMillis();
            afterSymbol = page.getLast().symbol().name();
        }
    }

    @Override
    public OptionalLong lastClose(String feed, Timeframe timeframe) {
        OptionalLong unstored = waiting.lastClose(feed, timeframe);
        return unstored.isPresent()
                ? unstored
                : Await.item(() ->
                        pool.preparedQuery(LAST)
                                .execute(Tuple.of(feed, timeframe.code()))
                                .map(rows -> closeTime(rows.iterator().next(), "last", timeframe)));
    }

    /** How much is stored of a feed. Blocking: call it from a virtual thread. */
    public Extent extent(String feed, Timeframe timeframe) {
        return Await.item(() ->
                pool.preparedQuery(EXTENT)
                        .execute(Tuple.of(feed, timeframe.code()))
                        .map(rows -> extentOf(rows.iterator().next(), timeframe)));
    }

    /**
     * Candles of a feed that closed after a moment.
     *
     * @param symbols those to count; empty for all
     */
    public Uni<Long> countAfter(
            String feed, Timeframe timeframe, long closeExclusive, List<Symbol> symbols) {
        String[] names = symbols.stream().map(Symbol::name).toArray(String[]::new);
        return pool.preparedQuery(COUNT_AFTER)
                .execute(Tuple.of(feed, timeframe.code(), openOf(closeExclusive, timeframe), names))
                .map(rows -> rows.iterator().next().getLong("candles"));
    }

    private List<Candle> page(
            String feed,
            Timeframe timeframe,
            String[] symbols,
            long afterOpen,
            String afterSymbol,
            long lastOpen) {
        return Await.item(() ->
                pool.preparedQuery(PAGE)
                        .execute(
                                Tuple.of(
                                                feed,
                                                timeframe.code(),
                                                afterOpen,
                                                afterSymbol,
                                                lastOpen,
                                                pageRows)
                                        .addArrayOfString(symbols))
                        .map(rows -> candles(rows, timeframe)));
    }

    private static void requireOrder(List<MarketClose> closes) {
        for (int i = 1; i < closes.size(); i++) {
            MarketClose before = closes.get(i - 1);
            MarketClose close = closes.get(i);
            if (close.closeTimeMillis() <= before.closeTimeMillis()
                    || !close.feed().equals(before.feed())
                    || close.candles().getFirst().timeframe()
                            != before.candles().getFirst().timeframe()) {
                throw new IllegalArgumentException(
                        "closes to store are of one feed and timeframe, in increasing time");
            }
        }
    }

    /** The open time of the candle that closes then, safe at both ends of the range of long. */
    private static long openOf(long closeTimeMillis, Timeframe timeframe) {
        return closeTimeMillis < Long.MIN_VALUE + timeframe.millis()
                ? Long.MIN_VALUE
                : closeTimeMillis - timeframe.millis();
    }

    private static Extent extentOf(Row row, Timeframe timeframe) {
        return new Extent(
                row.getLong("candles"),
                closeTime(row, "first", timeframe),
                closeTime(row, "last", timeframe));
    }

    private static OptionalLong closeTime(Row row, String column, Timeframe timeframe) {
        Long openTime = row.getLong(column);
        return openTime == null
                ? OptionalLong.empty()
                : OptionalLong.of(openTime + timeframe.millis());
    }

    private static List<Candle> candles(RowSet<Row> rows, Timeframe timeframe) {
        List<Candle> candles = new ArrayList<>(rows.size());
        for (Row row : rows) {
            candles.add(
                    new Candle(
                            new Symbol(row.getString(0)),
                            timeframe,
                            row.getLong(1),
                            row.getDouble(2),
                            row.getDouble(3),
                            row.getDouble(4),
                            row.getDouble(5),
                            row.getDouble(6)));
        }
        return candles;
    }
}
