package io.auspex.ingest;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.platform.Await;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlResult;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Which candles of a feed are there and which are not. */
@ApplicationScoped
public class CandleGaps {

    /** Most gaps that one scan of a symbol gives; the next scan gives the others. */
    static final int MOST_GAPS = 1_000;

    private static final String COVERAGE =
            """
            with stored as (
              select symbol, count(*) as candles, min(open_time) as first, max(open_time) as last
              from candle where feed = $1 and timeframe = $2 group by symbol
            ), repaired as (
              select symbol, count(*) as repaired from candle_gap
              where feed = $1 and timeframe = $2 and repaired_at is not null group by symbol
            ), corrected as (
              select symbol, count(*) as corrections from candle_correction
              where feed = $1 and timeframe = $2 group by symbol
            )
            select stored.symbol, candles, first, last,
              ((select max(last) from stored) - first) / $3 + 1 - candles as missing,
              coalesce(repaired, 0) as repaired, coalesce(corrections, 0) as corrections
            from stored left join repaired using (symbol) left join corrected using (symbol)
            order by stored.symbol collate "C"
            """;

    /** Holes between candles, and the one from the last candle to the end. */
    private static final String GAPS =
            """
            with marks as (
              select open_time from candle
              where feed = $1 and timeframe = $2 and symbol = $3 and open_time >= $5 and open_time <= $6
              union all select $5 - $4 union all select $6 + $4
            ), steps as (
              select lag(open_time) over (order by open_time) as before, open_time from marks
            )
            select before + $4 as first, open_time - $4 as last from steps
            where open_time - before > $4 order by open_time desc limit $7
            """;

    private static final String NOTE =
            """
            insert into candle_gap (feed, timeframe, symbol, open_time)
            select $1::text, $2::text, $3::text, missing from generate_series($5::bigint, $6::bigint, $4::bigint) as missing
            on conflict do nothing
            """;

    private static final String FORGET =
            "delete from candle where feed = $1 and timeframe = $2 and open_time < $3";

    private final Pool pool;

    CandleGaps(Pool pool) {
        this.pool = pool;
    }

    /**
     * A range without candles.
     *
     * @param firstOpenMillis of the first missing one, milliseconds since the Unix epoch (UTC)
     * @param lastOpenMillis of the last missing one
     */
    record Gap(long firstOpenMillis, long lastOpenMillis) {}

    /** Every symbol of a feed that has candles, ordered. It counts the feed's whole history. */
    public Uni<List<CandleCoverage>> coverage(String feed, Timeframe timeframe) {
        return pool.preparedQuery(COVERAGE)
                .execute(Tuple.of(feed, timeframe.code(), timeframe.millis()))
                .map(rows -> {
                    List<CandleCoverage> symbols = new ArrayList<>();
                    rows.forEach(row -> symbols.add(coverage(row, timeframe)));
                    return List.copyOf(symbols);
                });
    }

    /** The gaps of a symbol in a range of open times, newest first; waited for. */
    List<Gap> gaps(String feed, Timeframe timeframe, Symbol symbol, long fromOpen, long toOpen) {
        return Await.item(() ->
                pool.preparedQuery(GAPS)
                        .execute(
                                Tuple.from(
                                        List.of(
                                                feed,
                                                timeframe.code(),
                                                symbol.name(),
                                                timeframe.millis(),
                                                fromOpen,
                                                toOpen,
                                                MOST_GAPS)))
                        .map(rows -> {
                            List<Gap> gaps = new ArrayList<>();
                            rows.forEach(row ->
                                    gaps.add(new Gap(row.getLong("first"), row.getLong("last"))));
                            return List.copyOf(gaps);
                        }));
    }

    /** Notes that candles are missing; waited for. */
    void note(String feed, Timeframe timeframe, Symbol symbol, Gap gap) {
        Await.item(() ->
                pool.preparedQuery(NOTE)
                        .execute(
                                Tuple.of(
                                        feed,
                                        timeframe.code(),
                                        symbol.name(),
                                        timeframe.millis(),
                                        gap.firstOpenMillis(),
                                        gap.lastOpenMillis())));
    }

    /** Removes what opened before a moment; waited for. Returns how many candles that were. */
    int forget(String feed, Timeframe timeframe, long beforeOpenMillis) {
        return Await.item(() ->
                pool.preparedQuery(FORGET)
                        .execute(Tuple.of(feed, timeframe.code(), beforeOpenMillis))
                        .map(SqlResult::rowCount));
    }

    private static CandleCoverage coverage(Row row, Timeframe timeframe) {
        return new CandleCoverage(
                new Symbol(row.getString("symbol")),
                Instant.ofEpochMilli(row.getLong("first") + timeframe.millis()),
                Instant.ofEpochMilli(row.getLong("last") + timeframe.millis()),
                row.getLong("candles"),
                row.getLong("missing"),
                row.getLong("repaired"),
                row.getLong("corrections"));
    }
}
