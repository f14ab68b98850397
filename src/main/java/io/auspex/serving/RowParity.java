package io.auspex.serving;

import io.auspex.platform.WorkInPieces;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Whether a session gives rows the same bits together as one by one, on this machine. Trees do:
 * they add up a row's leaves in the same order however many rows there are. A matrix product may
 * not: it is computed by another kernel for one row than for many, and adds in another order.
 * Nobody knows for every graph and every processor, so it is tried, in the one shape in which rows
 * are scored together, with every row at every place of it. What fails is scored row by row.
 */
final class RowParity {

    /** Rows that are tried; the probe's own first, then rows mixed of its values. */
    private static final int ROWS = 8 * OnnxSession.TOGETHER_ROWS;

    /** Rows that are tried in every other number; there are many of them. */
    private static final int ROWS_OF_ANY_NUMBER = OnnxSession.TOGETHER_ROWS;

    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * What a row may cost. In a slower model the call is a small part of it: there is little to
     * gain, and the trial would keep its version from serving for a second.
     */
    private static final long MOST_ROW_NANOS =
            MOST_NANOS / (ROWS * (1 + OnnxSession.TOGETHER_ROWS));

    private RowParity() {}

    /** Whether runs of many rows would save enough to try it. */
    static boolean isWorthTrying(long rowNanos) {
        return rowNanos <= MOST_ROW_NANOS;
    }

    /**
     * Tries it; whoever has no patience for it, with a slow model or on a full machine, scores row
     * by row, and says so.
     */
    static boolean holds(OnnxSession session, Probe probe) {
        WorkInPieces pieces = new WorkInPieces();
        long start = System.nanoTime();
        List<float[]> rows = rows(probe);
        float[][] alone = new float[rows.size()][session.heads().size()];
        for (int i = 0; i < alone.length; i++) {
            session.run(rows.get(i), alone[i]);
            pieces.giveWay();
            if (System.nanoTime() - start > MOST_NANOS) {
                return false;
            }
        }
        for (int shift = 0; shift < OnnxSession.TOGETHER_ROWS; shift++) {
            if (!holds(session, rows, alone, shift, OnnxSession.TOGETHER_ROWS, pieces)
                    || System.nanoTime() - start > MOST_NANOS) {
                return false;
            }
        }
        return true;
    }

    /**
     * Tries the same of every other number of rows, each row at every place, of a session of which
     * it holds. Whoever has no patience for it scores one by one.
     *
     * @param most rows of one run, from 2 on
     */
    static boolean holdsUpTo(OnnxSession session, Probe probe, int most) {
        WorkInPieces pieces = new WorkInPieces();
        long start = System.nanoTime();
        List<float[]> rows = rows(probe).subList(0, ROWS_OF_ANY_NUMBER);
        float[][] alone = new float[rows.size()][session.heads().size()];
        for (int i = 0; i < alone.length; i++) {
            session.run(rows.get(i), alone[i]);
            pieces.giveWay();
        }
        for (int n = 2; n <= most; n++) {
            // Runs of that many have been tried, with more rows.
            for (int first = 0; n != OnnxSession.TOGETHER_ROWS && first < n; first++) {
                if (!holds(session, rows, alone, first, n, pieces)
                        || System.nanoTime() - start > MOST_NANOS) {
                    return false;
                }
            }
        }
        return true;
    }

    /** All rows in runs of {@code n}, the first of which begins with that row. */
    private static boolean holds(
            OnnxSession session,
            List<float[]> rows,
            float[][] alone,
            int first,
            int n,
            WorkInPieces pieces) {
        float[][] together = new float[n][session.heads().size()];
        for (int done = 0; done < rows.size(); done += n) {
            List<float[]> run = new ArrayList<>(n);
            for (int i = 0; i < n; i++) {
                run.add(rows.get((first + done + i) % rows.size()));
            }
            session.runOnce(run, n, together, 0);
            pieces.giveWay();
            for (int i = 0; i < n; i++) {
                if (!sameBits(alone[(first + done + i) % alone.length], together[i])) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean sameBits(float[] one, float[] other) {
        for (int head = 0; head < one.length; head++) {
            if (Float.floatToRawIntBits(one[head]) != Float.floatToRawIntBits(other[head])) {
                return false;
            }
        }
        return true;
    }

    private static List<float[]> rows(Probe probe) {
        List<float[]> rows = new ArrayList<>(ROWS);
        for (int i = 0; i < ROWS; i++) {
            float[] row = probe.row(i % probe.size()).clone();
            // Every feature from another row: values that occur, in company that does not.
            for (int feature = 0; i >= probe.size() && feature < row.length; feature++) {
                row[feature] = probe.row((i * 7 + feature * 13) % probe.size())[feature];
            }
            rows.add(row);
        }
        return rows;
    }
}
