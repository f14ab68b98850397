package io.auspex.ingest;

import io.auspex.ingest.CandleStore.Written;
import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/** What is written into the tables of candles; for {@link CandleStore}. */
final class CandleWrites {

    /** One statement: what is new goes in, what is known and differs is noted beside it. */
    private static final String INSERT =
            """
            with given as (
              select $1::text as feed, $2::text as timeframe, rows.* from
                unnest($3::text[], $4::bigint[], $5::float8[], $6::float8[], $7::float8[], $8::float8[], $9::float8[])
                as rows (symbol, open_time, open, high, low, close, volume)
            ), added as (
              insert into candle (feed, timeframe, symbol, open_time, open, high, low, close, volume)
              select feed, timeframe, symbol, open_time, open, high, low, close, volume from given
              on conflict (feed, timeframe, open_time, symbol) do nothing
              returning symbol, open_time
            ), differing as (
              insert into candle_correction (feed, timeframe, symbol, open_time, open, high, low, close, volume)
              select given.* from given
              join candle on candle.feed = given.feed and candle.timeframe = given.timeframe
                and candle.open_time = given.open_time and candle.symbol = given.symbol
              where (candle.open, candle.high, candle.low, candle.close, candle.volume)
                is distinct from (given.open, given.high, given.low, given.close, given.volume)
              on conflict do nothing
              returning 1
            ), repaired as (
              update candle_gap set repaired_at = now() from added
              where candle_gap.feed = $1 and candle_gap.timeframe = $2 and candle_gap.repaired_at is null
                and candle_gap.symbol = added.symbol and candle_gap.open_time = added.open_time
              returning 1
            )
            select (select count(*) from added) as added, (select count(*) from differing) as differing,
              (select count(*) from repaired) as repaired
            """;

    private static final String MISSING =
            """
            insert into candle_gap (feed, timeframe, symbol, open_time)
            select $1::text, $2::text, missing.symbol, $3::bigint from unnest($4::text[]) as missing (symbol)
            on conflict do nothing
            """;

    private final Pool pool;
    private final int batchRows;

    CandleWrites(Pool pool, int batchRows) {
        this.pool = pool;
        this.batchRows = batchRows;
    }

    /** One statement a batch, one after the other. */
    Uni<Written> write(String feed, List<Candle> candles) {
        List<CandleBatch> batches = new ArrayList<>();
        for (int from = 0; from < candles.size(); from += batchRows) {
            int to = Math.min(from + batchRows, candles.size());
            batches.add(new CandleBatch(feed, candles.subList(from, to)));
        }
        return Multi.createFrom()
                .iterable(batches)
                .onItem()
                .transformToUniAndConcatenate(this::write)
                .collect()
                .in(
                        () -> new Written[] {Written.NOTHING},
                        (sum, batch) -> sum[0] = sum[0].plus(batch))
                .map(sum -> sum[0]);
    }

    Uni<Void> missing(String feed, Timeframe timeframe, long openMillis, List<Symbol> symbols) {
        String[] names = symbols.stream().map(Symbol::name).toArray(String[]::new);
        return pool.preparedQuery(MISSING)
                .execute(Tuple.of(feed, timeframe.code(), openMillis, names))
                .replaceWithVoid();
    }

    private Uni<Written> write(CandleBatch batch) {
        return pool.preparedQuery(INSERT)
                .execute(Tuple.from(batch.columns()))
                .map(rows -> rows.iterator().next())
                .map(row ->
                        new Written(
                                row.getLong("added"),
                                row.getLong("differing"),
                                row.getLong("repaired")));
    }
}
