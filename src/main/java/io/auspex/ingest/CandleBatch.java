package io.auspex.ingest;

import io.auspex.market.Candle;
import java.util.List;

/**
 * Candles of one feed and one timeframe as the columns of one statement.
 *
 * @param rows not empty, each of another moment or symbol
 */
record CandleBatch(String feed, List<Candle> rows) {

    CandleBatch {
        rows = List.copyOf(rows);
    }

    /**
     * Feed, timeframe, and an array a column: symbol, open time, open, high, low, close, volume.
     */
    List<Object> columns() {
        int size = rows.size();
        String[] symbols = new String[size];
        Long[] openTimes = new Long[size];
        Double[] opens = new Double[size];
        Double[] highs = new Double[size];
        Double[] lows = new Double[size];
        Double[] closes = new Double[size];
        Double[] volumes = new Double[size];
        for (int i = 0; i < size; i++) {
            Candle candle = rows.get(i);
            symbols[i] = candle.symbol().name();
            openTimes[i] = candle.openTimeMillis();
            opens[i] = candle.open();
            highs[i] = candle.high();
            lows[i] = candle.low();
            closes[i] = candle.close();
            volumes[i] = candle.volume();
        }
        return List.of(
                feed,
                rows.getFirst().timeframe().code(),
                symbols,
                openTimes,
                opens,
                highs,
                lows,
                closes,
                volumes);
    }
}
