package io.auspex.ingest;

import io.auspex.market.Candle;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The candles of one file in strictly increasing time. A row that is a duplicate or goes back in
 * time is refused. So is a row that jumps ahead of the two rows after it, when those go on from the
 * row before it: taking it would cost every good row up to that time.
 */
final class CandleReader implements AutoCloseable {

    private static final int ROWS_AHEAD = 2;

    private final CandleRowReader rows;
    private final Deque<CandleRow> ahead = new ArrayDeque<>();
    private long lastTimeMillis = Long.MIN_VALUE;
    private long lastLine;

    private CandleReader(CandleRowReader rows) {
        this.rows = rows;
    }

    static CandleReader open(CandleFile file, Consumer<RefusedRow> refused) {
        return new CandleReader(CandleRowReader.open(file, refused));
    }

    Optional<Candle> next() {
        while (true) {
            fill();
            CandleRow row = ahead.poll();
            if (row == null) {
                return Optional.empty();
            }
            fill();
            long time = row.candle().openTimeMillis();
            if (time == lastTimeMillis) {
                rows.refuse(row.line(), "duplicate of line " + lastLine);
            } else if (time < lastTimeMillis) {
                rows.refuse(
                        row.line(),
                        "out of order: open time %d comes after %d of line %d"
                                .formatted(time, lastTimeMillis, lastLine));
            } else if (jumpsAhead(time)) {
                rows.refuse(
                        row.line(),
                        "out of order: open time %d is ahead of the rows after it".formatted(time));
            } else {
                lastTimeMillis = time;
                lastLine = row.line();
                return Optional.of(row.candle());
            }
        }
    }

    @Override
    public void close() {
        rows.close();
    }

    private boolean jumpsAhead(long time) {
        if (ahead.size() < ROWS_AHEAD) {
            return false;
        }
        Iterator<CandleRow> rowsAhead = ahead.iterator();
        long first = rowsAhead.next().candle().openTimeMillis();
        long second = rowsAhead.next().candle().openTimeMillis();
        return lastTimeMillis < first && first < second && second < time;
    }

    private void fill() {
        while (ahead.size() < ROWS_AHEAD) {
            Optional<CandleRow> row = rows.next();
            if (row.isEmpty()) {
                return;
            }
            ahead.add(row.get());
        }
    }
}
